import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KIT, kitRoot } from '../../blueprints/kit';
import { versions } from '../../blueprints/versions';
import { linkPackage, scratchFolder } from '../support/synthesize';
import { writeClass } from './class';
import { run } from './processes';
import { secondsOfSteps, stepsOf } from './steps';
import { secondsOfSave } from './watching';
import { tool, type Workshop } from './workshop';

/** One measurement of both sides, in seconds. */
export interface Sample {
  readonly kit: number;
  readonly other: number;
}

/** A row of the bench: what the kit does, measured against something that does the like in the same run. */
export interface Row {
  /** A word to choose it by. */
  readonly name: string;
  /** What is measured. */
  readonly what: string;
  /** What it is measured against. */
  readonly against: string;
  /** The largest ratio that is allowed. */
  readonly bound: number;
  /** The ratio to aim at. @default - the bound */
  readonly aim?: number;
  /** How many samples are taken; the medians count. */
  readonly runs: number;
  /** How many samples are taken before, and forgotten. @default 1 */
  readonly warmUps?: number;
  /** Whether packages are installed from the npm registry. @default false */
  readonly installs?: boolean;
  /** Takes one sample: first the kit, then the other. */
  readonly measure: (workshop: Workshop) => Sample | Promise<Sample>;
}

const PATTERN = 'sqs-scaling';
const CLASS = 40;
const NODE = process.execPath;
const NO_INSTALL = ['--no-install', '--no-git', '--no-input'];
const PEERS = [`projen@${versions.projen}`, `constructs@${versions.constructs}`];

const node = (cwd: string, ...args: string[]): number => run({ words: [NODE, ...args], cwd });
const cdk = tool('aws-cdk', 'bin/cdk');
const projen = tool('projen', 'bin/projen');

/** The rows, the quick ones first. */
export const rows: readonly Row[] = [
  {
    name: 'list',
    what: '`atelier list`',
    against: '`node -e 0`',
    bound: 1.8,
    runs: 25,
    warmUps: 3,
    measure: ({ home, atelier }) => ({ kit: node(home, atelier, 'list'), other: node(home, '-e', '0') }),
  },
  {
    name: 'new',
    what: '`atelier new`, kit installed, no install step',
    against: '`cdk init app --language typescript --generate-only`, by its bin',
    bound: 0.7,
    aim: 0.45,
    runs: 11,
    measure: (workshop) => ({
      kit: node(workshop.folder(), workshop.atelier, 'new', PATTERN, 'orders', ...NO_INSTALL),
      other: node(workshop.folder(), cdk, 'init', 'app', '--language', 'typescript', '--generate-only', '--no-notices'),
    }),
  },
  {
    name: 'steps',
    what: 'all steps generated, synthesized and checked in process',
    against: 'one second for each step',
    bound: 0.3,
    runs: 3,
    measure: async (workshop) => {
      const steps = stepsOf(PATTERN);
      return { kit: await secondsOfSteps(workshop, PATTERN, steps), other: steps.length };
    },
  },
  {
    name: 'linear',
    what: 'the same without what is loaded once, seconds per step, for all steps',
    against: 'for every second one of them',
    bound: 1.5,
    runs: 9,
    measure: async (workshop) => {
      const steps = stepsOf(PATTERN);
      const finished = steps.slice(-1);
      const base = await secondsOfSteps(workshop, PATTERN, finished);
      const perStep = async (more: readonly string[]): Promise<number> =>
        ((await secondsOfSteps(workshop, PATTERN, [...more, ...finished])) - base) / more.length;
      const others = steps.slice(0, -1);
      return { kit: await perStep(others), other: await perStep(others.filter((_, index) => index % 2 === 0)) };
    },
  },
  {
    name: 'from',
    what: '`projen new --from <tarball>` with `--no-post`',
    against: '`projen new awscdk-app-ts` with `--no-post`, and `npm install` of the kit’s peers',
    bound: 1.4,
    runs: 7,
    installs: true,
    measure: (workshop) => {
      const from = `serverless-atelier@file:${workshop.tarball}`;
      const folder = workshop.folder();
      return {
        kit: node(workshop.folder(), projen, 'new', '--from', from, PATTERN, '--no-post', '--no-git'),
        other:
          run({ words: ['npm', 'install', '--save-dev', '--no-package-lock', ...PEERS], cwd: folder }) +
          node(folder, projen, 'new', 'awscdk-app-ts', '--no-post', '--no-git'),
      };
    },
  },
  {
    name: 'full',
    what: '`atelier new`, full, with install and git',
    against: '`projen new awscdk-app-ts`, full',
    bound: 0.7,
    aim: 0.5,
    runs: 3,
    installs: true,
    measure: (workshop) => ({
      kit: replace(workshop, 'finished project', (folder) => createFinished(workshop, folder)),
      other: replace(workshop, 'awscdk-app-ts', createOther),
    }),
  },
  {
    name: 'test',
    what: '`npm test` of the generated project, cold, lint and types included',
    against: 'that of a fresh `awscdk-app-ts`',
    bound: 0.2,
    aim: 0.12,
    runs: 5,
    installs: true,
    measure: (workshop) => ({
      kit: run({ words: ['npm', 'test'], cwd: finishedProject(workshop), coldIn: workshop.home }),
      other: run({ words: ['npm', 'test'], cwd: otherProject(workshop), coldIn: workshop.home }),
    }),
  },
  {
    name: 'check',
    what: '`atelier lab check`, cold',
    against: '`cdk synth -q` of the same project, both by their bin',
    bound: 0.25,
    aim: 0.15,
    runs: 7,
    installs: true,
    measure: (workshop) => {
      const cwd = finishedProject(workshop);
      const bin = (...path: string[]): string => join(cwd, 'node_modules', ...path);
      const cold = (...words: string[]): number => run({ words: [NODE, ...words], cwd, coldIn: workshop.home });
      return {
        kit: cold(installed(cwd), 'lab', 'check'),
        other: cold(bin('aws-cdk', 'bin', 'cdk'), 'synth', '-q', '--no-notices'),
      };
    },
  },
  {
    name: 'watch',
    what: 'a save while `atelier lab watch` runs, until its verdict',
    against: '`atelier lab check`, cold, of the same project',
    bound: 0.6,
    aim: 0.45,
    runs: 7,
    installs: true,
    measure: async (workshop) => {
      const cwd = finishedProject(workshop);
      const stack = join(cwd, 'src', `${PATTERN}-stack.ts`);
      return {
        kit: await secondsOfSave({
          words: [installed(cwd), 'lab', 'watch', '--json'],
          cwd,
          file: stack,
          isAnswer: ({ event }) => event === 'result',
        }),
        other: run({ words: [NODE, installed(cwd), 'lab', 'check'], cwd, coldIn: workshop.home }),
      };
    },
  },
  {
    name: 'dev',
    what: 'a saved template while `npm run dev` runs, until types and check are told',
    against: 'two seconds',
    bound: 1,
    runs: 5,
    installs: false,
    measure: async () => {
      const home = join(scratchFolder(), 'bench');
      const cwd = join(home, 'patterns');
      rmSync(home, { recursive: true, force: true });
      cpSync(join(kitRoot, 'test', 'fixtures', 'acme-patterns'), cwd, { recursive: true });
      linkPackage(kitRoot, home);
      const seconds = await secondsOfSave({
        words: [join(kitRoot, 'lib', 'cli', 'write.js'), 'dev', 'queue-relay'],
        cwd,
        file: join(cwd, 'blueprints', 'queue-relay', 'template', 'src', 'queue-relay-stack.ts.hbs'),
        isAnswer: ({ line }) => /^\d+\.\d s$/.test(String(line)),
      });
      return { kit: seconds, other: 2 };
    },
  },
  {
    name: 'report',
    what: `\`atelier lab report\`, a class of ${CLASS}`,
    against: 'a minute, on two cores',
    bound: 1,
    aim: 0.7,
    runs: 1,
    warmUps: 0,
    installs: true,
    measure: (workshop) => {
      const cwd = finishedProject(workshop);
      const folder = workshop.folder();
      writeClass(PATTERN, folder, CLASS, cwd);
      return { kit: node(cwd, installed(cwd), 'lab', 'report', folder), other: 60 };
    },
  },
  {
    name: 'first',
    what: 'from `atelier new` to the first green probe, the emulator not installed',
    against: 'a minute',
    bound: 1.5,
    aim: 1,
    runs: 1,
    warmUps: 0,
    installs: true,
    measure: (workshop) => {
      const folder = workshop.folder();
      const atelier = localIn(workshop, folder, workshop.folder());
      const kit = createFinished(workshop, folder) + atelier('local', 'deploy') + atelier('probe');
      atelier('local', 'stop');
      return { kit, other: 60 };
    },
  },
  {
    name: 'warm',
    what: 'the same with packages installed, and the emulator running and bootstrapped',
    against: 'ten seconds',
    bound: 1,
    runs: 3,
    installs: true,
    measure: (workshop) => {
      const atelier = localIn(workshop, finishedProject(workshop));
      return { kit: atelier('local', 'deploy') + atelier('probe'), other: 10 };
    },
  },
  {
    name: 'saved',
    what: 'from a saved handler to a green probe, while `atelier local deploy --watch` runs',
    against: 'five seconds',
    bound: 1.5,
    aim: 1,
    runs: 3,
    installs: true,
    measure: async (workshop) => {
      const cwd = finishedProject(workshop);
      const atelier = localIn(workshop, cwd);
      const seconds = await secondsOfSave(
        {
          words: [installed(cwd), 'local', 'deploy', '--watch', '--json'],
          cwd,
          file: join(cwd, 'src', 'functions', 'consumer.ts'),
          isAnswer: ({ stacks }) => stacks !== undefined,
          env: cacheIn(workshop.once('cache', (folder) => folder)),
        },
        () => atelier('probe'),
      );
      atelier('local', 'stop');
      return { kit: seconds, other: 5 };
    },
  },
];

const cacheIn = (folder: string): NodeJS.ProcessEnv => ({ XDG_CACHE_HOME: folder });

/** Runs the command line of a project, with the emulator in a cache of the workshop's, or one of its own. */
function localIn(workshop: Workshop, cwd: string, cache = workshop.once('cache', (folder) => folder)) {
  return (...words: string[]): number => run({ words: [NODE, installed(cwd), ...words], cwd, env: cacheIn(cache) });
}

/** The command line that a project has installed. */
function installed(project: string): string {
  return join(project, 'node_modules', KIT, 'lib', 'cli', 'main.js');
}

/** The generated project with its packages installed: what the row `full` has made, when it ran. */
function finishedProject(workshop: Workshop): string {
  return workshop.once('finished project', (folder) => {
    createFinished(workshop, folder);
    return folder;
  });
}

function otherProject(workshop: Workshop): string {
  return workshop.once('awscdk-app-ts', (folder) => {
    createOther(folder);
    return folder;
  });
}

function createFinished({ atelier }: Workshop, folder: string): number {
  return node(folder, atelier, 'new', PATTERN, '.', '--no-input');
}

function createOther(folder: string): number {
  return node(folder, projen, 'new', 'awscdk-app-ts');
}

function replace(workshop: Workshop, name: string, create: (folder: string) => number): number {
  const folder = workshop.folder();
  const seconds = create(folder);
  workshop.keep(name, folder);
  return seconds;
}
