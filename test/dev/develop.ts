import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { formatPatch, OMIT_HEADERS, structuredPatch } from 'diff';
import { findPattern } from '../../blueprints/catalog';
import { kitRoot } from '../../blueprints/kit';
import { checkOptions } from '../../blueprints/options';
import { withSlashes } from '../../blueprints/paths';
import { checkStep, type Pattern, START, templatesOf } from '../../blueprints/pattern';
import { renderTraced, TemplateError, type Traced } from '../../blueprints/rendering';
import { printResult } from '../../labs/cli/lab/printing';
import { Output } from '../../labs/cli/output';
import { watchSources } from '../../labs/cli/watching';
import { type Check, runCheck } from '../../labs/engine/check';
import { type Child, startChild } from '../../labs/engine/child';
import type { Lab } from '../../labs/engine/lab';
import { SpareSynthesis } from '../../labs/engine/spare';
import { compilerOptionsOf } from '../suites/types';
import { writeProjectTypes } from '../support/project-types';
import { patternsAt, toolAt } from '../support/sources';
import { scratchFolder, writeVariants } from '../support/synthesize';

/** Where the templates of what every project has are. */
const COMMON = join(kitRoot, 'blueprints', 'common', 'template');

/** How many lines of a change are shown. */
const SHOWN = 40;

/**
 * What the author of a pattern sees while working: the project at a step is rendered again whenever a template, the pattern's
 * data or its lab is saved; then it is shown what changed in the project, errors in its types at the lines of the templates
 * that they come from, and the step's check.
 *
 * @param root the folder of the pattern's package
 * @param args the pattern's id, and the step's id or number. @default - the last step
 * @returns the exit code: 0, when the author ends it
 * @throws UsageError when there is no such pattern, or step
 */
export async function develop(root: string, [id = '', named]: readonly string[]): Promise<number> {
  const pattern = findPattern(id, patternsAt(root));
  const step = checkStep(pattern, named, { allowsStart: true, name: 'the step', before: `npm run dev ${id}` });
  // A pattern that is new has no project type yet.
  writeProjectTypes(root);
  const home = join(scratchFolder(root), 'dev', id);
  const [folder] = writeVariants(pattern, [{ name: step, step, options: {} }], home);
  const compilerOptions = compilerOptionsOf(join(home, 'managed'));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src', 'test'] }));
  const loop = new Loop({ root, id, templates: templatesOf(pattern), step, folder, output: new Output() });
  return watchSources({
    folder,
    paths: [templatesOf(pattern), COMMON, join(root, 'blueprints', id), join(root, 'labs', id)],
    command: 'npm run dev',
    output: loop.at.output,
    synthesis: loop.synthesis,
    onSave: () => loop.again(),
    onEnd: () => loop.stop(),
  });
}

/** What is worked on, and where. */
interface Place {
  readonly root: string;
  readonly id: string;
  /** The folder of its templates. */
  readonly templates: string;
  readonly step: string;
  /** The project's folder. */
  readonly folder: string;
  readonly output: Output;
}

type Files = ReadonlyMap<string, Traced>;

/** One round after the other; only the last save counts. */
class Loop {
  readonly synthesis: SpareSynthesis;
  private round = 0;
  private files: Files = new Map();
  private compiler: Child | undefined;

  constructor(readonly at: Place) {
    this.synthesis = new SpareSynthesis(at.folder);
  }

  /** Lets nothing that is under way count any more. */
  stop(): void {
    this.round += 1;
  }

  async again(): Promise<void> {
    this.round += 1;
    const round = this.round;
    const began = performance.now();
    const { output } = this.at;
    this.compiler?.kill();
    try {
      if (await this.show(() => round === this.round)) {
        output.print('', output.paint('faint', `${((performance.now() - began) / 1000).toFixed(1)} s`), '');
      }
    } catch (error) {
      output.print(`${output.mark('fail')} ${this.told(error as Error)}`, '');
    } finally {
      if (round === this.round) {
        this.synthesis.prepare();
      }
    }
  }

  /** What went wrong; a template is named by its path in the package. */
  private told(error: Error): string {
    if (!(error instanceof TemplateError)) {
      return error.message;
    }
    const [, template, rest] = /^([^:]+)(:.*)$/s.exec(error.message) ?? [];
    return `${this.pathOf(template)}${rest}`;
  }

  /** Shows one round to its end, unless it is no longer the last one. */
  private async show(isCurrent: () => boolean): Promise<boolean> {
    const { root, id, step, folder, output } = this.at;
    const { pattern, lab } = freshly(root, id);
    const values = checkOptions(pattern, { name: 'orders' });
    const before = this.files;
    this.files = renderTraced(pattern, values, checkStep(pattern, step));
    write(folder, before, this.files);
    printChanges(output, before, this.files);
    const [types, assembly] = await Promise.all([this.typeErrors(), this.synthesis.run()]);
    if (!isCurrent()) {
      return false;
    }
    for (const { where, text } of types) {
      output.print(`${output.mark('fail')} ${where}  ${text}`);
    }
    const check = lab.checks.find((one) => one.step === step);
    if (step !== START) {
      printResult(output, assembly, runCheck(check as Check, assembly));
    }
    return true;
  }

  /** The errors of the compiler, each at the line of the template that it comes from. */
  private async typeErrors(): Promise<{ readonly where: string; readonly text: string }[]> {
    const { root, folder } = this.at;
    const tsc = toolAt(root, 'typescript', join('bin', 'tsc'));
    this.compiler = startChild(process.execPath, [tsc, '--noEmit', '--pretty', 'false'], { cwd: folder });
    const { stdout } = await this.compiler.ended;
    const errors = [...stdout.matchAll(/^([^\s(]+)\((\d+),\d+\): error TS\d+: (.*)$/gm)];
    return errors.map(([, path, line, text]) => ({ where: this.placeOf(path, Number(line)), text }));
  }

  private placeOf(path: string, line: number): string {
    const origin = this.files.get(path)?.origins[line - 1];
    return origin ? `${this.pathOf(origin.template)}:${origin.line}` : `${path}:${line}`;
  }

  /** The path of a template in the package: one of the pattern's own, or one that every project has. */
  private pathOf(template: string): string {
    const file = [this.at.templates, COMMON].map((tree) => join(tree, template)).find(existsSync);
    return file ? withSlashes(relative(this.at.root, file)) : template;
  }
}

/** The data of a pattern and its lab, as their files are at this moment. */
function freshly(root: string, id: string): { readonly pattern: Pattern; readonly lab: Lab } {
  const rooms = ['blueprints', 'labs'].map((room) => join(root, room, id));
  for (const file of Object.keys(require.cache)) {
    if (rooms.some((room) => file.startsWith(room))) {
      delete require.cache[file];
    }
  }
  return { pattern: require(join(rooms[0], 'pattern')).pattern, lab: require(rooms[1]).lab };
}

function write(folder: string, before: Files, after: Files): void {
  for (const path of before.keys()) {
    if (!after.has(path)) {
      rmSync(join(folder, path));
    }
  }
  for (const [path, { text }] of after) {
    if (before.get(path)?.text !== text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  }
}

/** What changed since the last save; nothing at first. */
function printChanges(output: Output, before: Files, after: Files): void {
  if (before.size === 0) {
    return;
  }
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  for (const path of paths) {
    const [was, is] = [before.get(path)?.text ?? '', after.get(path)?.text ?? ''];
    if (was !== is) {
      const patch = formatPatch(structuredPatch('', '', was, is, '', '', { context: 1 }), OMIT_HEADERS);
      const lines = patch.trimEnd().split('\n');
      output.print('', output.paint('strong', path), ...lines.slice(0, SHOWN).map((line) => painted(output, line)));
      output.print(
        ...(lines.length > SHOWN ? [output.paint('faint', `and ${lines.length - SHOWN} lines more`)] : []),
        '',
      );
    }
  }
}

const TONES = { '+': 'good', '-': 'bad', '@': 'faint' } as const;

function painted(output: Output, line: string): string {
  const tone = TONES[line[0] as keyof typeof TONES];
  return tone ? output.paint(tone, line) : line;
}
