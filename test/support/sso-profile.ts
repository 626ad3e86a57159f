import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';

const START = 'https://acme.awsapps.com/start';

const HOUR = 3_600_000;

/**
 * Writes the AWS configuration of somebody who has logged in by SSO a moment ago.
 *
 * @param home the home of that user
 * @param profile the name of the profile
 * @returns the variables of an environment that leads there
 */
export function writeSsoProfile(home: string, profile: string): NodeJS.ProcessEnv {
  const folder = join(home, '.aws');
  const cache = join(folder, 'sso', 'cache');
  mkdirSync(cache, { recursive: true });
  const config = [
    `[profile ${profile}]`,
    'region = eu-west-1',
    `sso_start_url = ${START}`,
    'sso_region = eu-west-1',
    'sso_account_id = 111122223333',
    'sso_role_name = Ops',
  ];
  writeFileSync(join(folder, 'config'), config.join('\n'));
  const token = { accessToken: 'test', expiresAt: new Date(Date.now() + HOUR).toISOString() };
  writeFileSync(join(cache, `${createHash('sha1').update(START).digest('hex')}.json`), JSON.stringify(token));
  return {
    HOME: home,
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
  };
}

/**
 * What plays SSO: it gives the same keys to everybody.
 *
 * @param key the id of the access key
 */
export function playedSso(key: string): RequestListener {
  return (_, response) => {
    const keys = { accessKeyId: key, secretAccessKey: 'test', sessionToken: 'test', expiration: Date.now() + HOUR };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ roleCredentials: keys }));
  };
}
