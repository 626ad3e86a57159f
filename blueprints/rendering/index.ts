import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import Handlebars from 'handlebars';
import { DELIVERY_FIELDS, deliveryOf } from '../delivery';
import { kitRoot, kitVersion } from '../kit';
import { chosenOptions, optionsOf } from '../options';
import { withSlashes } from '../paths';
import { checkStep, classNameOf, type OptionValues, type Pattern, packageOf, stepIds, templatesOf } from '../pattern';
import { stageOf } from '../stages';
import { literals } from './literals';
import { marked, type Origin, type Traced, traced } from './origins';
import { auditTemplate, parseTemplate, type Template, TemplateError } from './template';

export { literals, type Origin, TemplateError, type Traced };

/** Rendered files: text, or bytes for what is copied as it is, by path with forward slashes. */
export type Files = Map<string, string | Buffer>;

/** Options of the project type that are not the pattern's, by name. */
export type ProjectExtras = Readonly<Record<string, unknown>>;

interface Source {
  readonly path: string;
  readonly bytes: Buffer;
}

type Compiled = Handlebars.TemplateDelegate;

interface TemplateSet {
  readonly templates: ReadonlyMap<string, Compiled>;
  readonly binaries: ReadonlyMap<string, Buffer>;
}

/** What a rendering knows of the step that it renders. */
interface Position {
  readonly steps: readonly string[];
  readonly at: number;
}

/** The room of what every project has, beside that of each pattern, and its templates. */
const COMMON = join(__dirname, '..', 'common');
const COMMON_TREE = join(kitRoot, 'blueprints', 'common', 'template');

/** The template sets by the pattern's template folder. */
const sets = new Map<string, TemplateSet>();

/**
 * Renders the files of a pattern's project as they stand at a step. A pure function of its arguments and the templates;
 * it loads no projen.
 *
 * @param pattern the pattern
 * @param values complete option values, as `checkOptions` returns them
 * @param step `start` or the id of one of the pattern's steps
 * @param extras further options of the project type by name, which only `.projenrc.ts` shows
 * @returns the files by path, in the order of their paths; a file that would hold only white space is not among them
 * @throws TemplateError that names template, line and value; UsageError for an unknown step
 */
export function render(pattern: Pattern, values: OptionValues, step: string, extras: ProjectExtras = {}): Files {
  return renderSet(templateSet(pattern), pattern, values, step, extras);
}

/**
 * Renders text files as `render` does, from the templates as they are at this moment, and tells where each line comes from.
 *
 * @param pattern the pattern
 * @param values complete option values, as `checkOptions` returns them
 * @param step `start` or the id of one of the pattern's steps
 * @returns the files by path
 * @throws TemplateError, UsageError as `render` does
 */
export function renderTraced(pattern: Pattern, values: OptionValues, step: string): Map<string, Traced> {
  const files = renderSet(compile(pattern, sourcesOf(pattern), marked), pattern, values, step, {});
  const texts = [...files].filter(([, content]) => typeof content === 'string');
  return new Map(texts.map(([path, text]) => [path, traced(String(text))]));
}

function renderSet(
  { templates, binaries }: TemplateSet,
  pattern: Pattern,
  values: OptionValues,
  step: string,
  extras: ProjectExtras,
): Files {
  const steps = stepIds(pattern);
  const position: Position = { steps, at: steps.indexOf(checkStep(pattern, step)) };
  const { id, title, summary } = pattern;
  const context = {
    ...values,
    pattern: { id, title, summary, className: classNameOf(pattern), package: packageOf(pattern).name },
    kit: { version: kitVersion, isNamed: extras.kit !== undefined },
    stage: stageOf((values.stages as readonly string[])[0]).name,
    delivery: deliveryOf(values),
    chosen: { ...chosenOptions(pattern, values), ...extras },
  };
  const files: Files = new Map(binaries);
  for (const [path, template] of templates) {
    const text = template(context, { data: { position } });
    if (!isBlank(text)) {
      files.set(path, text);
    }
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Marks are no text: a file that holds only them has none. */
function isBlank(text: string): boolean {
  return text.trim() === '' || (text.startsWith('\u0001') && traced(text).text.trim() === '');
}

/**
 * Reads, checks and compiles the templates of a pattern, once per process and folder: those that every project has first,
 * then the pattern's own, which replace files of the same path.
 *
 * @param pattern the pattern
 * @throws TemplateError for the first template at fault
 */
export function templateSet(pattern: Pattern): TemplateSet {
  const own = templatesOf(pattern);
  const cached = sets.get(own);
  if (cached) {
    return cached;
  }
  const set = compile(pattern, sourcesOf(pattern));
  sets.set(own, set);
  return set;
}

/** The templates that every project has, and the pattern's own, which replace those of the same path. */
function sourcesOf(pattern: Pattern): Source[] {
  const trees = [...readRoom(COMMON, COMMON_TREE), ...readRoom(pattern.folder, templatesOf(pattern))];
  return [...new Map(trees.map((source) => [source.path, source])).values()];
}

function compile(
  pattern: Pattern,
  sources: readonly Source[],
  prepare = (template: Template) => template,
): TemplateSet {
  const engine = environment();
  const isTemplate = ({ path }: Source): boolean => path.endsWith('.hbs');
  const isPartial = ({ path }: Source): boolean => basename(path).startsWith('_');
  const texts = sources.filter(isTemplate);
  const partials = partialsByName(texts.filter(isPartial));
  const partialNames = new Set(partials.keys());
  const scope = new Set([
    ...optionsOf(pattern).map(({ name }) => name),
    ...['id', 'title', 'summary', 'className', 'package'].map((field) => `pattern.${field}`),
    'kit.version',
    'kit.isNamed',
    ...DELIVERY_FIELDS,
    'stage',
    'chosen',
  ]);
  const compiled = (source: Source): Compiled => {
    const template = parseTemplate(source.path, source.bytes.toString('utf8'));
    auditTemplate(template, pattern, scope, partialNames);
    return named(source.path, engine.compile(prepare(template).program, { strict: true, noEscape: true }));
  };
  for (const [name, partial] of partials) {
    engine.registerPartial(name, compiled(partial));
  }
  const files = texts.filter((source) => !isPartial(source));
  return {
    templates: new Map(files.map((source) => [source.path.slice(0, -'.hbs'.length), compiled(source)])),
    binaries: new Map(sources.filter((source) => !isTemplate(source)).map(({ path, bytes }) => [path, bytes])),
  };
}

/** The partials by the names that include them; of two with one name, the order of their paths would choose. */
function partialsByName(partials: readonly Source[]): Map<string, Source> {
  const byName = new Map<string, Source>();
  for (const partial of partials) {
    const name = basename(partial.path).slice(1).split('.')[0];
    const other = byName.get(name);
    if (other) {
      throw new TemplateError(partial.path, 1, `${other.path} is a partial "${name}" as well; rename one of them`);
    }
    byName.set(name, partial);
  }
  return byName;
}

/** An error inside a template gets the template's path in front, and the line where Handlebars knows it. */
function named(path: string, template: Compiled): Compiled {
  const wrapped: Compiled = (context, options) => {
    try {
      return template(context, options);
    } catch (error) {
      const { message, lineNumber } = error as Handlebars.Exception;
      throw error instanceof TemplateError ? error : new TemplateError(path, lineNumber ?? 1, message);
    }
  };
  // Handlebars compiles a partial again with the including template's options unless it already looks compiled.
  return Object.assign(wrapped, template);
}

function environment(): typeof Handlebars {
  const engine = Handlebars.create();
  for (const [name, literal] of Object.entries(literals)) {
    engine.registerHelper(name, (value: unknown, options: Handlebars.HelperOptions) => {
      try {
        return literal(value);
      } catch (error) {
        throw atCall(name, value, options, error as Error);
      }
    });
  }
  engine.registerHelper(
    'from',
    stepBlock((at, named) => at >= named),
  );
  engine.registerHelper(
    'until',
    stepBlock((at, named) => at < named),
  );
  engine.registerHelper('finished', function (this: unknown, options: Handlebars.HelperOptions) {
    const { steps, at } = options.data.position as Position;
    return at === steps.length - 1 ? options.fn(this) : options.inverse(this);
  });
  engine.registerHelper(
    'when',
    function (this: unknown, value: unknown, wanted: unknown, options: Handlebars.HelperOptions) {
      return value === wanted ? options.fn(this) : options.inverse(this);
    },
  );
  return engine;
}

function stepBlock(present: (at: number, named: number) => boolean): Handlebars.HelperDelegate {
  return function (this: unknown, id: string, options: Handlebars.HelperOptions) {
    const { steps, at } = options.data.position as Position;
    return present(at, steps.indexOf(id)) ? options.fn(this) : options.inverse(this);
  };
}

function atCall(helper: string, value: unknown, options: Handlebars.HelperOptions, error: Error): Error {
  const { line } = (options as unknown as { loc?: { start: { line: number } } }).loc?.start ?? { line: 1 };
  const exception = new Error(`{{${helper}}} of ${JSON.stringify(value)}: ${error.message}`);
  return Object.assign(exception, { lineNumber: line });
}

/** The packed kit has the templates of a room in one file: a package of fewer files is installed sooner. */
function readRoom(room: string, tree: string): Source[] {
  const file = join(room, 'template.json');
  if (!existsSync(file)) {
    return readTree(tree);
  }
  const packed: Record<string, string> = JSON.parse(readFileSync(file, 'utf8'));
  return Object.entries(packed).map(([path, content]) => ({ path, bytes: Buffer.from(content, encodingOf(path)) }));
}

/**
 * How a template stands in `template.json`: as it is, or in base64 where it is copied byte for byte.
 *
 * @param path its path
 */
export function encodingOf(path: string): 'utf8' | 'base64' {
  return path.endsWith('.hbs') ? 'utf8' : 'base64';
}

function readTree(folder: string): Source[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return { path: withSlashes(relative(folder, file)), bytes: readFileSync(file) };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
