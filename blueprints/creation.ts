import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Component } from 'projen/lib/component';
import type { Project } from 'projen/lib/project';
import { UsageError } from './errors';
import { belowKept, isKept, type Kept, ROOM, readKept } from './kept';
import { KIT, kitVersion, tarballOf } from './kit';
import { chosenOptions } from './options';
import { packageIn } from './package';
import { checkStep, type OptionValues, type Pattern, packageOf } from './pattern';
import { writeProvenance } from './provenance';
import { type Files, type ProjectExtras, render } from './rendering';

/** What is known of a project when its constructor runs. */
export interface CreationPlan {
  /** The pattern. */
  readonly pattern: Pattern;
  /** Complete option values, as `checkOptions` returns them. */
  readonly values: OptionValues;
  /** The npm spec of the kit, as it was given. */
  readonly kit: string;
  /** Further development dependencies, the kit possibly among them. @default - none */
  readonly devDeps?: readonly string[];
  /** `start` or a step's id. @default - the last step */
  readonly step?: string;
  /** The project's folder. @default "." */
  readonly outdir?: string;
}

/** All that npm writes into a package.json of its own making. */
const NPM_FIELDS: ReadonlySet<string> = new Set(['dependencies', 'devDependencies']);

/** The entries that npm puts into a folder before a project is created in it. */
const EXPECTED_ENTRIES: ReadonlySet<string> = new Set(['node_modules', 'package.json', 'package-lock.json']);

/** The creation of a project: what is written once, and never again by a later `npx projen`. */
export class Creation {
  /**
   * Plans the creation when the project is being created, by `projen new` or `atelier new`; a later synthesis plans nothing.
   *
   * @param plan what is known of the project
   * @returns undefined when the project exists already
   * @throws UsageError for an unknown step, or a folder that holds something already; nothing is written yet
   */
  public static plan(plan: CreationPlan): Creation | undefined {
    // projen sets this while it runs a new project's constructor; `atelier new` does the same.
    if (process.env.PROJEN_CREATE_PROJECT !== 'true') {
      return undefined;
    }
    const folder = resolve(plan.outdir ?? '.');
    refuseForeignEntries(folder);
    return new Creation(plan, readKept(folder));
  }

  /** The npm spec of the kit that the new project refers to. */
  public readonly kit: string;
  /** Its further development dependencies. */
  public readonly devDeps: readonly string[];
  /** The patterns of a .gitignore that was there before. */
  public readonly ignored: readonly string[];
  private readonly step: string;
  private readonly extras: ProjectExtras;
  private readonly files: Files;
  /** The tarballs that go into the project, so that others can install it too, by their paths there. */
  private readonly archives = new Map<string, string>();

  private constructor(
    private readonly plan: CreationPlan,
    private readonly kept: Kept,
  ) {
    const { pattern, values, kit } = plan;
    const { name, version } = packageOf(pattern);
    this.step = checkStep(pattern, plan.step);
    this.kit = this.vendored(kit, `${KIT}-${kitVersion}.tgz`);
    this.devDeps = withoutKit(plan.devDeps)
      // What projen and `atelier new` put there is what the project depends on anyway.
      .filter((spec) => spec !== name && spec !== `${name}@${version}`)
      .map((spec) => this.vendored(spec));
    this.ignored = kept.ignored;
    this.extras = extrasOf(this.kit, this.devDeps, kept.ignored);
    this.files = render(pattern, values, this.step, this.extras);
  }

  /**
   * Adds the component that writes the files when the project is synthesized.
   *
   * @param project the project
   */
  public addTo(project: Project): void {
    const write = (): void => this.write(project.outdir);
    new (class extends Component {
      public override synthesize(): void {
        write();
      }
    })(project);
  }

  /** An npm spec as the project has it: a tarball by its path in there, under its own name unless it gets another. */
  private vendored(spec: string, as?: string): string {
    const [, name = '', rest] = /^(@?[\w./-]+@(?=file:))?(.*)$/.exec(spec) ?? [];
    const archive = tarballOf(rest);
    if (!archive) {
      return spec;
    }
    const path = `vendor/${as ?? basename(archive)}`;
    this.archives.set(path, archive);
    return `${name}file:${path}`;
  }

  private write(outdir: string): void {
    for (const [path, content] of this.files) {
      const file = join(outdir, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, belowKept(path, content, this.kept));
    }
    for (const [path, archive] of this.archives) {
      mkdirSync(join(outdir, dirname(path)), { recursive: true });
      copyFileSync(archive, join(outdir, path));
    }
    const { pattern, values } = this.plan;
    writeProvenance(
      outdir,
      { pattern, options: chosenOptions(pattern, values), step: this.step },
      this.files,
      this.extras,
    );
  }
}

/** What `.projenrc.ts` has to say besides the pattern's options, so that the next `npx projen` changes nothing. */
function extrasOf(kit: string, devDeps: readonly string[], ignored: readonly string[]): ProjectExtras {
  return {
    ...(kit === kitVersion ? {} : { kit }),
    ...(devDeps.length > 0 ? { devDeps } : {}),
    ...(ignored.length > 0 ? { appOptions: { gitignore: ignored } } : {}),
  };
}

/**
 * The npm spec of the kit that a project depends on: what its `kit` option says, or what `projen new --from` put among the
 * development dependencies, or the version that runs.
 *
 * @param options the options of the project type
 * @returns a version, or `file:` with a path
 */
export function kitSpec(options: { readonly kit?: string; readonly devDeps?: readonly string[] }): string {
  const installed = options.devDeps?.find((spec) => packageIn(spec) === KIT)?.slice(KIT.length + 1);
  return options.kit || installed || kitVersion;
}

/**
 * Development dependencies without the kit, which a project depends on at run time.
 *
 * @param specs npm specs
 */
export function withoutKit(specs: readonly string[] = []): string[] {
  return specs.filter((spec) => packageIn(spec) !== KIT);
}

/** Whether an entry is the user's; a package.json is npm's only while it lists what npm installed, and nothing else. */
function isForeign(folder: string, entry: string): boolean {
  if (entry !== 'package.json') {
    return !EXPECTED_ENTRIES.has(entry) && !isKept(entry);
  }
  try {
    const fields = Object.keys(JSON.parse(readFileSync(join(folder, entry), 'utf8')));
    return fields.some((field) => !NPM_FIELDS.has(field));
  } catch {
    return true; // npm writes none that can't be read
  }
}

function refuseForeignEntries(folder: string): void {
  const foreign = existsSync(folder) ? readdirSync(folder).filter((entry) => isForeign(folder, entry)) : [];
  if (foreign.length > 0) {
    throw new UsageError(`the folder ${basename(folder)} holds ${foreign.slice(0, 3).join(', ')} already`, {
      option: 'folder',
      given: folder,
      allowed: ROOM,
      example: 'mkdir orders',
    });
  }
}
