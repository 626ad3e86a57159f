import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../../blueprints/errors';
import { cacheFolder } from '../cache-folder';

/** The account of the emulator that is used where a stage names none. */
export const ACCOUNT = '000000000000';

/** The Region that is used where a stage names none. */
export const REGION = 'us-east-1';

/** What of a user's environment would lead a child elsewhere, or let it act as the user; whom it trusts stays. */
const LEADING_AWAY = /^(AWS_(?!CA_BUNDLE$).*|CDK_DEFAULT_.*|(https?|all|no)_proxy)$/i;

/**
 * The variables of a child process that is aimed at an emulator: those of this process, but for profiles and credentials of
 * the user, which a deployment by mistake would use, and proxies, which no local call takes. Its home is a folder of the
 * kit's, so that it reads no profile file and caches no account of the emulator for the user's own.
 *
 * @param endpoint the emulator's endpoint
 * @param account the account that is acted in; an emulator takes it from the access key
 * @param region the Region
 * @throws UsageError when the endpoint is one of AWS
 */
export function localEnvironment(endpoint: string, account = ACCOUNT, region = REGION): NodeJS.ProcessEnv {
  refuseAws(endpoint);
  const home = join(cacheFolder('emulator'), 'home');
  mkdirSync(home, { recursive: true });
  const own = Object.entries(process.env).filter(([name]) => !LEADING_AWAY.test(name));
  return {
    ...Object.fromEntries(own),
    HOME: home,
    USERPROFILE: home,
    AWS_CONFIG_FILE: join(home, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(home, 'no-credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: account === ACCOUNT ? 'test' : account,
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  };
}

/** What is local is never AWS itself, whoever has set the endpoint. */
function refuseAws(endpoint: string): void {
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : '';
  if (host === '' || /(^|\.)(amazonaws\.com(\.cn)?|api\.aws|amazonaws\.eu)$/i.test(host)) {
    throw new UsageError(`AWS_ENDPOINT_URL can't be ${JSON.stringify(endpoint)} for a local deployment`, {
      option: 'AWS_ENDPOINT_URL',
      given: endpoint,
      allowed: 'the URL of an emulator',
      example: 'AWS_ENDPOINT_URL=http://127.0.0.1:4566',
    });
  }
}
