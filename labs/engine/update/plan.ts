import { hashOf } from '../../../blueprints/hash';
import type { Base } from '../../../blueprints/provenance';
import type { Files } from '../../../blueprints/rendering';
import { renamedTo } from './similarity';
import { isSameText, mergeTexts, type Sides, withEndsOf } from './three-way';

/**
 * What an update does to a file: it is new; taken over, since its owner has not touched it; merged with what its owner has
 * made of it; merged but for places that both have changed; removed; or left as it is.
 */
export type UpdateKind = 'new' | 'clean' | 'merge' | 'conflict' | 'removed' | 'kept';

/** What becomes of a file. */
export interface FileUpdate {
  /** Its path in the project, from now on. */
  readonly path: string;
  readonly kind: UpdateKind;
  /** Its content; null when it goes. Of one that is kept, what it is. */
  readonly content: string | Buffer | null;
  /** The content with the kit's lines where both have changed the same ones. @default - as `content` */
  readonly resolved?: string;
  /** Its path until now. @default - the same */
  readonly from?: string;
  /** The lines at which a conflict begins, from 1. @default - none */
  readonly conflicts?: readonly number[];
  /** Why it is kept, in a few words. @default - it is not */
  readonly why?: string;
}

/** The versions of a project's files that an update is planned from. */
export interface UpdateVersions {
  /** What was generated then. */
  readonly base: Pick<Base, 'files' | 'hashes'>;
  /** What there is now, by path: every file of the project that may be one of the generated ones. */
  readonly own: ReadonlyMap<string, Buffer>;
  /** What is generated now. */
  readonly next: Files;
}

/** One file through all versions, under the names that it has in each. */
interface Thread {
  readonly base?: string;
  /** Where its owner has it, or would have it. */
  readonly own: string;
  readonly next?: string;
}

/**
 * What an update makes of the files of a project. Nothing is written; what its owner wrote is never left out, but for lines
 * that the kit has removed and its owner has not touched.
 *
 * @param versions what it is planned from
 * @param sides who the sides of a conflict are
 * @returns the files that something happens to, and those that are kept against what the kit wants
 */
export function planUpdate(versions: UpdateVersions, sides: Sides): FileUpdate[] {
  return threadsOf(versions)
    .flatMap((thread) => updateOf(thread, versions, sides) ?? [])
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Follows every generated file through the versions: one that is missing under its name may have another. */
function threadsOf({ base, own, next }: UpdateVersions): Thread[] {
  const known = new Set([...Object.keys(base.files), ...Object.keys(base.hashes ?? {})]);
  const added = textsOf([...next].filter(([path]) => !known.has(path)));
  const foreign = textsOf([...own].filter(([path]) => !known.has(path) && !next.has(path)));
  const followed = [...known].map((path): Thread => {
    const text = base.files[path];
    const later = next.has(path) ? path : text && take(added, renamedTo(text, added));
    const owners = own.has(path) ? path : text && take(foreign, renamedTo(text, foreign));
    return { base: path, own: owners || path, ...(later ? { next: later } : {}) };
  });
  const renamed = new Set(followed.map((thread) => thread.next));
  const fresh = [...next.keys()].filter((path) => !known.has(path) && !renamed.has(path));
  return [...followed, ...fresh.map((path) => ({ own: path, next: path }))];
}

/** A file is what one other has become, never two. */
function take(candidates: Map<string, string>, path: string | undefined): string | undefined {
  if (path !== undefined) {
    candidates.delete(path);
  }
  return path;
}

function textsOf(files: ReadonlyArray<readonly [string, string | Buffer]>): Map<string, string> {
  return new Map(files.filter(([, content]) => !isBinary(content)).map(([path, content]) => [path, String(content)]));
}

function isBinary(content: string | Buffer): boolean {
  return typeof content !== 'string' && content.includes(0);
}

function updateOf(thread: Thread, versions: UpdateVersions, sides: Sides): FileUpdate | undefined {
  const own = versions.own.get(thread.own);
  const next = thread.next === undefined ? undefined : versions.next.get(thread.next);
  if (next === undefined) {
    return own && withdrawn(thread, versions, own);
  }
  return own === undefined ? missing(thread, versions, next) : changed(thread, versions, own, next, sides);
}

/** A file that the kit has no more. */
function withdrawn(thread: Thread, versions: UpdateVersions, own: Buffer): FileUpdate {
  const path = thread.own;
  return isBase(thread, versions, own)
    ? { path, kind: 'removed', content: null }
    : { path, kind: 'kept', content: own, why: 'the kit has it no more, and you have changed it' };
}

/** A file that its owner has not: new, or one that they have removed. */
function missing(thread: Thread, versions: UpdateVersions, next: string | Buffer): FileUpdate | undefined {
  if (isBase(thread, versions, next)) {
    return undefined;
  }
  const path = thread.next as string;
  return thread.base === undefined
    ? { path, kind: 'new', content: next }
    : { path, kind: 'kept', content: null, why: 'you have removed it, and the kit has changed it' };
}

/** A file that both have. */
function changed(
  thread: Thread,
  versions: UpdateVersions,
  own: Buffer,
  next: string | Buffer,
  sides: Sides,
): FileUpdate | undefined {
  const place = placeOf(thread, versions);
  if (isEqual(own, next) || isBase(thread, versions, next)) {
    return place.from ? { ...place, kind: 'clean', content: own } : undefined;
  }
  if (isBase(thread, versions, own)) {
    return { ...place, kind: 'clean', content: typeof next === 'string' ? withEndsOf(String(own), next) : next };
  }
  if (typeof next !== 'string' || isBinary(own)) {
    return { path: thread.own, kind: 'kept', content: own, why: "you have changed it, and it can't be merged" };
  }
  const base = thread.base === undefined ? '' : (versions.base.files[thread.base] ?? '');
  const { text, resolved, conflicts } = mergeTexts(base, String(own), next, sides);
  return { ...place, kind: conflicts.length > 0 ? 'conflict' : 'merge', content: text, resolved, conflicts };
}

/** Where a file stands from now on: its owner's name for it stays; the kit's new one counts where there is none. */
function placeOf({ base, own, next = own }: Thread, versions: UpdateVersions): Pick<FileUpdate, 'path' | 'from'> {
  const isRenamed = base === own && next !== own && !versions.own.has(next);
  return isRenamed ? { path: next, from: own } : { path: own };
}

/** Whether a content is what was generated then. */
function isBase({ base }: Thread, versions: UpdateVersions, content: string | Buffer): boolean {
  if (base === undefined) {
    return false;
  }
  const text = versions.base.files[base];
  return text === undefined
    ? versions.base.hashes?.[base] === hashOf(Buffer.from(content))
    : isSameText(text, String(content));
}

function isEqual(own: Buffer, next: string | Buffer): boolean {
  return typeof next === 'string' ? isSameText(String(own), next) : own.equals(next);
}
