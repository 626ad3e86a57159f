import { dirname, resolve } from 'node:path';
import { patterns } from '../../../blueprints/catalog';
import { UsageError } from '../../../blueprints/errors';
import { checkOptions, currentOptions } from '../../../blueprints/options';
import { checkStep, currentId, type OptionValues, type Pattern } from '../../../blueprints/pattern';
import { PROVENANCE_FILE, readProvenance } from '../../../blueprints/provenance';
import type { StepText } from '../../engine/lab-text';
import {
  currentStep,
  DAMAGED_FILE,
  isDamaged,
  isDone,
  PROGRESS_FILE,
  type Progress,
  readProgress,
  writeProgress,
} from '../../engine/progress';
import { patternOf } from '../../packages';
import type { Output, OutputOptions } from '../output';

/** How a lab command prints, and the folder it looks at. */
export interface LabOptions extends OutputOptions {
  /** The project's folder. @default - the working directory */
  readonly cwd?: string;
  /** The patterns of a package that somebody has named by `--from`. @default - nobody has */
  readonly patterns?: readonly Pattern[];
}

/** A generated project, and how far its learner is. */
export class Project {
  /**
   * Opens the project in a folder, or in the nearest one above it, which is said then: places are told from there on.
   *
   * @param options the folder
   * @param output where it is said
   * @throws UsageError when there is none
   */
  public static open({ cwd = process.cwd(), patterns: named }: LabOptions, output: Output): Project {
    const here = resolve(cwd);
    const project = Project.nearest(here, named);
    if (!project) {
      throw new UsageError(`${here} holds no generated project, nor does a folder above it`, {
        option: 'folder',
        given: here,
        allowed: `a folder with ${PROVENANCE_FILE}, or one in it`,
        example: `atelier new ${patterns[0].id} orders --step start`,
      });
    }
    if (project.folder !== here) {
      output.print(output.paint('faint', `the project in ${project.folder}`), '');
    }
    if (isDamaged(project.folder)) {
      const damaged = `${PROGRESS_FILE} can't be read and counts as none; it is kept as ${DAMAGED_FILE} once you go on`;
      output.print(output.paint('warn', damaged), '');
    }
    return project;
  }

  private static nearest(folder: string, named?: readonly Pattern[]): Project | undefined {
    const parent = dirname(folder);
    return Project.in(folder, named) ?? (parent === folder ? undefined : Project.nearest(parent, named));
  }

  private static in(folder: string, named?: readonly Pattern[]): Project | undefined {
    const provenance = readProvenance(folder);
    if (!provenance) {
      return undefined;
    }
    const pattern = patternOf(provenance, folder, named);
    const values = checkOptions(pattern, currentOptions(pattern, provenance.options));
    return new Project(folder, pattern, values, currentId(pattern, provenance.step), readProgress(folder, pattern));
  }

  private constructor(
    /** Its folder, as an absolute path. */
    public readonly folder: string,
    /** The pattern that it was generated from. */
    public readonly pattern: Pattern,
    /** Its option values, complete. */
    public readonly values: OptionValues,
    /** The step that it was generated at. */
    public readonly generatedAt: string,
    /** What is kept of the learner's way. */
    public readonly progress: Progress,
  ) {}

  /** The step that the learner is on: the first that is not done, or the last. */
  public get current(): string {
    return currentStep(this.pattern, this.generatedAt, this.progress);
  }

  /** The first step that is not done yet; null when all are. */
  public get openStep(): string | null {
    return this.isDone(this.current) ? null : this.current;
  }

  /**
   * Whether a step is done.
   *
   * @param step its id
   */
  public isDone(step: string): boolean {
    return isDone(this.pattern, this.generatedAt, this.progress, step);
  }

  /**
   * The id of the step that a command is about.
   *
   * @param named the step's id or number. @default - the current one
   * @param command the command, for the example of an error
   * @throws UsageError when the lab has no such step
   */
  public step(named: string | undefined, command: string): string {
    const place = { allowsStart: false, name: 'the step', before: `atelier lab ${command}` };
    return checkStep(this.pattern, named ?? this.current, place);
  }

  /**
   * What the lab says of a step.
   *
   * @param step its id
   */
  public async textOf(step: string): Promise<StepText> {
    // The parser of Markdown takes its time to load, and checks do without.
    const { readLab } = await import('../../engine/lab-text');
    const found = readLab(this.pattern).steps.find(({ id }) => id === step);
    if (!found) {
      throw new Error(`the lab of ${this.pattern.id} has no text for ${step}`);
    }
    return found;
  }

  /**
   * Writes progress into the project's folder.
   *
   * @param progress what is kept from now on
   * @returns the project as it is then
   */
  public keep(progress: Progress): Project {
    writeProgress(this.folder, progress);
    return new Project(this.folder, this.pattern, this.values, this.generatedAt, progress);
  }
}
