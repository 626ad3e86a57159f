import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ResourceImpact } from '@aws-cdk/cloudformation-diff';
import { fullDiff } from '@aws-cdk/cloudformation-diff/lib/diff-template';
import { isStateful } from '../../../modules/stateful';
import type { Assembly, Resource } from '../assembly';
import type { JsonObject } from '../json';
import { writeMove } from '../move';
import { SNAPSHOTS } from '../snapshots';
import { synthesize } from '../synth';
import type { FileUpdate } from './plan';

/** A resource that an update takes away from where it is. */
export interface Loss {
  /** The name of its stack. */
  readonly stack: string;
  readonly logicalId: string;
  /** Its CloudFormation type. */
  readonly type: string;
  readonly what: 'replaced' | 'perhaps replaced' | 'removed' | 'left behind';
  /** Whether it holds what can't be made again. */
  readonly isStateful: boolean;
}

const WHAT: Partial<Record<`${ResourceImpact}`, Loss['what']>> = {
  WILL_REPLACE: 'replaced',
  MAY_REPLACE: 'perhaps replaced',
  WILL_DESTROY: 'removed',
  WILL_ORPHAN: 'left behind',
};

/** What an update does to what is deployed. */
export interface Losses {
  readonly losses: readonly Loss[];
  /** Why it can't be told, in one line. @default - it can */
  readonly unknown?: string;
}

/** What is no source of a project. */
const NO_SOURCES = new Set(['.atelier', '.git', 'cdk.out', 'coverage', 'node_modules']);

/**
 * Whether an update can change a template: whether a source is among its files.
 *
 * @param updates what is to become of files
 */
export function reachTemplates(updates: readonly FileUpdate[]): boolean {
  return updates.some(
    ({ path, from = path, kind }) => kind !== 'kept' && [path, from].some((one) => /^src\//.test(one)),
  );
}

/**
 * The resources that a deployment after an update would replace or remove: the project is synthesized as it is, and as it
 * would be, with the kit's lines where both have changed the same ones.
 *
 * @param folder the project's folder
 * @param updates what is to become of its files
 */
export async function lossesOf(folder: string, updates: readonly FileUpdate[]): Promise<Losses> {
  const home = join(folder, SNAPSHOTS);
  mkdirSync(home, { recursive: true });
  forgetCopies(home);
  // Inside of the project, so that it finds the same packages.
  const copy = mkdtempSync(join(home, COPY));
  try {
    for (const entry of readdirSync(folder).filter((name) => !NO_SOURCES.has(name))) {
      cpSync(join(folder, entry), join(copy, entry), { recursive: true });
    }
    writeUpdates(
      copy,
      updates.map((update) => ({ ...update, content: update.resolved ?? update.content })),
    );
    const [before, after] = await Promise.all([synthesize(folder), synthesize(copy)]);
    const unknown = before.error
      ? `the project can't be synthesized now: ${before.error}`
      : after.error && `the project can't be synthesized after the update: ${after.error}`;
    return unknown ? { losses: [], unknown } : { losses: lossesBetween(before, after) };
  } finally {
    rmSync(copy, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** What the name of a copy of the project begins with. */
const COPY = '.update-';

/** How old a copy is that nobody uses any more, in milliseconds. */
const HOUR = 60 * 60 * 1000;

/** Removes what updates have left that were killed. */
function forgetCopies(home: string): void {
  const copies = readdirSync(home).filter((name) => name.startsWith(COPY));
  for (const copy of copies.map((name) => join(home, name))) {
    if (statSync(copy).mtimeMs < Date.now() - HOUR) {
      rmSync(copy, { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

/**
 * Writes what an update has planned.
 *
 * @param folder the project's folder
 * @param updates the files
 */
export function writeUpdates(folder: string, updates: readonly FileUpdate[]): void {
  const written = updates.filter(({ kind }) => kind !== 'kept');
  const left = written.flatMap(({ from }) => (from === undefined ? [] : [{ path: from, content: null }]));
  writeMove(folder, [...written, ...left]);
}

/**
 * The resources that a deployment would replace or remove, as the CDK's own diff sees it.
 *
 * @param before what the project synthesizes to now
 * @param after what it would synthesize to
 */
export function lossesBetween(before: Assembly, after: Assembly): Loss[] {
  return [...before.stacks.values()].flatMap(({ name, template }) => {
    const now = after.stacks.get(name)?.template;
    const changes = now ? changesOf(template, now) : before.resources.flatMap((one) => leftBehind(one, name));
    return changes
      .filter(({ type }) => type !== METADATA)
      .map((change) => ({ stack: name, ...change, isStateful: isStateful(change.type) }));
  });
}

/** The CDK's own record of what an app is made of. */
const METADATA = 'AWS::CDK::Metadata';

type Change = Pick<Loss, 'logicalId' | 'type' | 'what'>;

function changesOf(before: JsonObject, after: JsonObject): Change[] {
  const changes: Change[] = [];
  // fullDiff writes into what it compares.
  fullDiff(structuredClone(before), structuredClone(after)).resources.forEachDifference(
    (logicalId, { changeImpact, oldResourceType: type }) => {
      const what = WHAT[changeImpact];
      if (what && type) {
        changes.push({ logicalId, type, what });
      }
    },
  );
  return changes;
}

/** A stack that is no more in the app stays deployed until somebody destroys it. */
function leftBehind({ stack, logicalId, type }: Resource, gone: string): Change[] {
  return stack === gone ? [{ logicalId, type, what: 'left behind' }] : [];
}
