import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { localEnvironment } from '../emulator/environment';

/** What of a user's environment a rehearsal keeps: where programs are, and how the network and a Docker are reached. */
const KEPT =
  /^(PATH|LANG|LC_.*|TERM|SystemRoot|DOCKER_(TLS_VERIFY|CERT_PATH)|(https?|no)_proxy|NODE_EXTRA_CA_CERTS|npm_config_(registry|cafile|noproxy|https?_proxy|proxy))$/i;

/** Where nothing listens: port 9 discards. */
const NOWHERE = 'http://127.0.0.1:9';

/** Variables by which a call of AWS could find a profile, other keys or another endpoint. */
const OF_AWS = /^AWS_/i;

/**
 * The variables that a pipeline gives to a command, without those that the clients of AWS read: a rehearsal has its own.
 *
 * @param variables all of them
 * @returns those that are taken, and the names of the others
 */
export function withoutAws(variables: Readonly<Record<string, string>>): {
  readonly taken: Record<string, string>;
  readonly dropped: string[];
} {
  const entries = Object.entries(variables);
  return {
    taken: Object.fromEntries(entries.filter(([name]) => !OF_AWS.test(name))),
    dropped: entries.map(([name]) => name).filter((name) => OF_AWS.test(name)),
  };
}

/**
 * The variables of a rehearsed command: of the user's own there is the path and the way to the network, and nothing else. It
 * has a home of its own, so that it finds no profile, no token and no configuration; a call of AWS by mistake has dummy keys
 * and an endpoint on this machine. As in CodeBuild, no Docker runs.
 *
 * @param scratch the folder of the rehearsal
 * @param endpoint the endpoint of an emulator. @default - one where nobody answers
 */
export function rehearsalEnvironment(scratch: string, endpoint: string = NOWHERE): NodeJS.ProcessEnv {
  const folders = Object.fromEntries(
    ['home', 'tmp', 'npm', 'npm-cache'].map((name) => {
      const folder = join(scratch, name);
      mkdirSync(folder, { recursive: true });
      return [name, folder];
    }),
  );
  const aimed = localEnvironment(endpoint);
  const own = Object.entries(process.env).filter(([name]) => KEPT.test(name));
  const aws = Object.entries(aimed).filter(([name]) => name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(own),
    ...Object.fromEntries(aws),
    DOCKER_HOST: NOWHERE.replace('http', 'tcp'),
    HOME: folders.home,
    USERPROFILE: folders.home,
    TMPDIR: folders.tmp,
    npm_config_prefix: folders.npm,
    npm_config_cache: folders['npm-cache'],
    npm_config_userconfig: join(folders.home, '.npmrc'),
    npm_config_update_notifier: 'false',
  };
}
