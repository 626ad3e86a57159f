import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { EnvironmentError, UsageError } from '../../../blueprints/errors';
import { KIT, kitVersion } from '../../../blueprints/kit';
import { BASE_FILE, PROVENANCE_FILE, writeProvenance } from '../../../blueprints/provenance';
import { takeSnapshot } from '../../engine/snapshots';
import { type Loss, type Losses, lossesOf, reachTemplates, writeUpdates } from '../../engine/update/losses';
import type { FileUpdate, UpdateKind } from '../../engine/update/plan';
import { prepareDefinition, prepareUpdate, type Update } from '../../engine/update/prepare';
import { type LabOptions, Project } from '../lab/project';
import { exitCodes, Output, type Tone } from '../output';

/** The flags of `atelier update`. */
export interface UpdateOptions extends LabOptions {
  /** Shows what would be done, and writes nothing. @default false */
  readonly dryRun?: boolean;
  /** Logical ids of resources that hold state and may be replaced or removed. @default - none */
  readonly acceptReplacement?: readonly string[];
  /** Writes nothing but the names that options have now into `.projenrc.ts`. @default false */
  readonly optionsOnly?: boolean;
}

const TONES: Readonly<Record<UpdateKind, Tone>> = {
  new: 'good',
  clean: 'good',
  merge: 'accent',
  conflict: 'bad',
  removed: 'warn',
  kept: 'faint',
};

/**
 * `atelier update`: brings a project to what this version of the kit generates for the options of its `.projenrc.ts`. Each
 * file is merged in three ways: as it was generated, as its owner has it, as it would be generated now. Where both changed
 * the same lines, both stand in the file between the marks of a conflict. `lab undo` brings all back. With `--json`:
 * `{ pattern, from, to, options, renamed, computed, files: [{ path, kind, from, conflicts, why }], resources: [{ stack,
 * logicalId, type, what, isStateful }], unknown, written }`.
 *
 * @param options the flags
 * @returns the exit code: 0; 1 when conflicts are left to be resolved; with `--dry-run` 3 when there is something to do
 * @throws UsageError when a resource that holds state would be replaced or removed, or this kit can't update the project;
 * EnvironmentError when its packages are not installed
 */
export async function update(options: UpdateOptions): Promise<number> {
  const output = new Output(options);
  const project = Project.open(options, output);
  if (options.optionsOnly) {
    return renameOptions(project, output);
  }
  const installed = installedKit(project.folder);
  if (!options.dryRun) {
    refuseOtherKit(installed);
  }
  const planned = prepareUpdate(project);
  const losses = installed === kitVersion ? await judged(project, planned, output) : notInstalled(installed);
  print(output, planned, losses);
  if (!options.dryRun) {
    refuseLosses(project, losses.losses, options.acceptReplacement ?? []);
    write(project, planned);
  }
  output.document(documentOf(project, planned, losses, !options.dryRun));
  return options.dryRun ? endOfDryRun(planned) : end(output, planned);
}

/** What an older kit calls an option by another name would be a type error, and lost, before the rest is updated. */
function renameOptions(project: Project, output: Output): number {
  const files = prepareDefinition(project);
  if (files.length > 0) {
    keep(project, files);
    writeUpdates(project.folder, files);
  }
  output.document({ pattern: project.pattern.id, files: files.map(({ path }) => path) });
  output.print(
    files.length > 0
      ? `${output.mark('pass')} ${files[0].path}: its options have the names of ${KIT} ${kitVersion}`
      : `${output.mark('pass')} no option has another name`,
  );
  return exitCodes.done;
}

/** The version of the kit that a project has installed. */
function installedKit(folder: string): string {
  const { resolve } = createRequire(`${folder}/package.json`);
  try {
    return JSON.parse(readFileSync(resolve(`${KIT}/package.json`), 'utf8')).version;
  } catch {
    throw new EnvironmentError(`the packages of the project are not installed; run npm install in ${folder}`);
  }
}

function refuseOtherKit(installed: string): void {
  if (installed !== kitVersion) {
    throw new UsageError(`the project has ${KIT} ${installed} installed, and this is ${kitVersion}`, {
      option: 'kit',
      given: kitVersion,
      allowed: 'the version that the project has installed',
      example: 'npx projen upgrade',
    });
  }
}

function notInstalled(installed: string): Losses {
  return {
    losses: [],
    unknown: `the project has ${KIT} ${installed} installed; npx projen upgrade brings ${kitVersion}`,
  };
}

async function judged({ folder }: Project, { files }: Update, output: Output): Promise<Losses> {
  if (!reachTemplates(files)) {
    return { losses: [] };
  }
  const done = output.progress('Synthesizing the project as it is, and as it would be');
  const losses = await lossesOf(folder, files);
  done(losses.unknown ? 'bad' : 'good');
  return losses;
}

/** What becomes of a resource, and of what it holds. */
const FATES: Readonly<Record<Loss['what'], string>> = {
  replaced: 'would be replaced by an empty one',
  'perhaps replaced': 'may be replaced by an empty one',
  removed: 'would be removed with all that it holds',
  'left behind': 'would be left behind, and an empty one used in its place, if any',
};

/** Refuses to lose what resources hold, unless it was accepted. */
function refuseLosses({ pattern }: Project, losses: readonly Loss[], accepted: readonly string[]): void {
  const lost = losses.filter(({ isStateful, logicalId }) => isStateful && !accepted.includes(logicalId));
  if (lost.length === 0) {
    return;
  }
  const [{ stack, logicalId, type, what }] = lost;
  const more = lost.length > 1 ? `, and ${lost.length - 1} more` : '';
  const { advice } = pattern.migrations?.find(({ resource }) => resource === logicalId) ?? {};
  throw new UsageError(`${logicalId} (${type}) of ${stack} ${FATES[what]}${more}`, {
    option: 'acceptReplacement',
    given: lost.map((loss) => loss.logicalId),
    allowed: advice ?? 'an update that keeps what holds state, unless its loss is accepted',
    example: `atelier update ${lost.map((loss) => `--accept-replacement ${loss.logicalId}`).join(' ')}`,
  });
}

function write(project: Project, { files, options, rendered, extras }: Update): void {
  const { folder, pattern, generatedAt } = project;
  keep(project, files);
  writeUpdates(folder, files);
  writeProvenance(folder, { pattern, options, step: generatedAt }, rendered, extras);
}

/** Keeps all that an update may change. */
function keep({ folder }: Project, files: readonly FileUpdate[]): void {
  const paths = files.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from]));
  takeSnapshot(folder, 'update', [...paths, PROVENANCE_FILE, BASE_FILE]);
}

function documentOf(project: Project, planned: Update, { losses, unknown }: Losses, written: boolean): object {
  return {
    pattern: project.pattern.id,
    from: planned.from,
    to: kitVersion,
    options: planned.options,
    renamed: Object.fromEntries([...planned.renames].map(([from, to]) => [from, to ?? null])),
    computed: planned.computed,
    files: planned.files.map(({ path, kind, from, conflicts = [], why }) => ({ path, kind, from, conflicts, why })),
    resources: losses,
    unknown: unknown ?? null,
    written,
  };
}

function print(output: Output, planned: Update, { losses, unknown }: Losses): void {
  const { from, files, renames, computed } = planned;
  output.print(
    '',
    output.paint('strong', from === kitVersion ? `${KIT} ${from}` : `${KIT} ${from} → ${kitVersion}`),
    '',
  );
  if (files.length === 0) {
    output.print(`${output.mark('pass')} every file is as this version of the kit generates it, but for your own work`);
  }
  output.table(files.map((file) => [{ text: file.kind, tone: TONES[file.kind] }, nameOf(file), remarkOn(file)]));
  output.table(
    [...renames].map(([then, now]) => ['option', then, now === undefined ? 'is no more' : `is ${now} now`]),
    ['accent'],
  );
  output.table(
    computed.map((name) => ['option', name, 'is computed in .projenrc.ts; its value stays as it was']),
    ['faint'],
  );
  if (losses.length > 0) {
    output.print('', 'A deployment changes more than settings of', '');
    output.table(
      losses.map(({ stack, logicalId, type, what, isStateful }) => [
        { text: what, tone: isStateful ? 'bad' : 'warn' },
        `${stack}/${logicalId}`,
        `${type}${isStateful ? ', which holds state' : ''}`,
      ]),
    );
  }
  if (unknown) {
    output.print('', `${output.mark('skip')} What a deployment would replace can't be told: ${unknown}`);
  }
}

function nameOf({ path, from }: FileUpdate): string {
  return from === undefined ? path : `${from} → ${path}`;
}

function remarkOn({ why, conflicts = [] }: FileUpdate): string {
  return why ?? (conflicts.length > 0 ? `at line ${conflicts.join(', ')}` : '');
}

function endOfDryRun({ files }: Update): number {
  return files.length > 0 ? exitCodes.hasUpdate : exitCodes.done;
}

function end(output: Output, { files }: Update): number {
  const conflicts = files.filter(({ kind }) => kind === 'conflict');
  if (files.every(({ kind }) => kind === 'kept')) {
    return exitCodes.done;
  }
  const lines = [
    ...(conflicts.length > 0 ? [`Resolve the conflicts in ${conflicts.map(({ path }) => path).join(', ')}; then`] : []),
    `${output.paint('accent', 'npx projen build')}                    builds, tests and synthesizes it`,
    `${output.paint('accent', 'npx serverless-atelier lab undo')}     brings everything back as it was`,
  ];
  output.print('', ...lines);
  return conflicts.length > 0 ? exitCodes.checkFailed : exitCodes.done;
}
