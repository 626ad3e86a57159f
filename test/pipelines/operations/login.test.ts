import { writeFileSync } from 'node:fs';
import { Agent, createServer, type Server } from 'node:http';
import type * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { BatchGetBuildsCommand } from '@aws-sdk/client-codebuild';
import { Aws, type Definition, definitionOf, type Following, follow } from '../../../pipelines/operations';
import { emptyFolders } from '../../cli/support';
import { playedSso, writeSsoProfile } from '../../support/sso-profile';
import { orders } from './scenes';
import { stage } from './stage';

const { playing, played } = stage();
const folder = emptyFolders();

function setEnvironment(variables: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = value;
    }
  }
}

/** Writes the keys of a profile, as a login does; nothing else has any. */
function logInAs(key: string): void {
  const [config, credentials] = ['config', 'credentials'].map((name) => join(folder(), name));
  writeFileSync(config, '[profile ops]\nregion = eu-west-1\n');
  const lines = ['[ops]', `aws_access_key_id = ${key}`, 'aws_secret_access_key = test', 'aws_session_token = test'];
  writeFileSync(credentials, lines.join('\n'));
  setEnvironment({
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
  });
}

/** Lets a key expire with the third look. */
function expire(key: string): void {
  played().effects.set('GetPipelineExecution', (call) =>
    call.key === key && played().count('GetPipelineExecution') > 2
      ? { __type: 'ExpiredTokenException', message: 'The security token has expired' }
      : undefined,
  );
}

/** What is seen of an execution, a word for each look. */
async function seenOf(aws: Aws, logIn: Following['logIn']): Promise<string[]> {
  const known = (await definitionOf(aws, orders.name)) as Definition;
  const seen: string[] = [];
  for await (const sight of follow(aws, known, orders.executions[0].id, { interval: 0.001, logIn })) {
    seen.push(sight.kind === 'state' ? sight.state.status : sight.kind);
  }
  return seen;
}

describe('a login that expires while an execution is followed', () => {
  it('is asked for, and the keys that have been written then sign what follows from where it was', async () => {
    await playing(orders);
    logInAs('FIRST');
    expire('FIRST');
    const asked: string[] = [];
    const seen = await seenOf(new Aws({ profile: 'ops', attempts: 1 }), async (message) => {
      logInAs('SECOND');
      return asked.push(message) > 0;
    });
    expect(asked).toEqual(['The security token has expired']);
    expect(seen).toEqual(['running', 'running', 'trouble', 'running', 'running', 'succeeded']);
    const keys = played().calls.map(({ key }) => key);
    expect(keys.slice(0, 6)).toEqual(Array(6).fill('FIRST'));
    expect(new Set(keys.slice(6))).toEqual(new Set(['SECOND']));
  });

  it('ends it when nobody logs in', async () => {
    await playing(orders);
    logInAs('FIRST');
    expire('FIRST');
    await expect(seenOf(new Aws({ profile: 'ops', attempts: 1 }), async () => false)).rejects.toThrow(
      'The security token has expired',
    );
  });

  it('is not asked for where the keys come from environment variables: nothing can renew them', async () => {
    await playing(orders);
    expire('test');
    let asked = 0;
    const aws = new Aws({ region: 'eu-west-1', attempts: 1 });
    const seen = seenOf(aws, async () => {
      asked += 1;
      return true;
    });
    await expect(seen).rejects.toThrow('The security token has expired');
    expect(asked).toBe(0);
    await expect(aws.canRenew()).resolves.toBe(false);
  });
});

describe('credentials of a profile that logs in by SSO', () => {
  let sso: Server;
  let asked: number;

  beforeEach(async () => {
    asked = 0;
    const play = playedSso('SSO');
    sso = createServer((...exchange) => {
      asked += 1;
      play(...exchange);
    });
    await new Promise<void>((done) => sso.listen(0, '127.0.0.1', done));
  });

  afterEach(() => {
    sso.close();
    sso.closeAllConnections();
  });

  it('are fetched once for all clients, by what connects to AWS', async () => {
    await playing(orders);
    setEnvironment(writeSsoProfile(folder(), 'ops'));
    const { port } = sso.address() as AddressInfo;
    process.env.AWS_ENDPOINT_URL_SSO = `http://127.0.0.1:${port}`;
    const ports: unknown[] = [];
    const agent = new (class extends Agent {
      override createConnection(...[options, done]: Parameters<Agent['createConnection']>) {
        ports.push('port' in options && options.port);
        return super.createConnection(options, done);
      }
    })();
    const aws = new Aws({ profile: 'ops', attempts: 1, agent: agent as https.Agent });
    await definitionOf(aws, orders.name);
    await aws.codebuild().send(new BatchGetBuildsCommand({ ids: ['orders-build:2'] }));
    expect(played().calls.map(({ key }) => key)).toEqual(['SSO', 'SSO']);
    expect(asked).toBe(1);
    expect(ports).toContain(port);
  });
});
