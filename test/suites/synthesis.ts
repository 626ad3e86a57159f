import type { Pattern } from '../../blueprints/pattern';
import type { Assembly } from '../../labs/engine/assembly';
import type { Check } from '../../labs/engine/check';
import type { Lab } from '../../labs/engine/lab';
import { assemblyOf } from '../support/golden';
import { labAt } from '../support/sources';
import { type Synthesized, synthesize, type Variant, variantsOf } from '../support/synthesize';

/** All that a pattern's suites look at: synthesized once, in one child process. */
export interface Synthesis {
  /** The pattern's lab. */
  readonly lab: Lab;
  /** All projects, in the order in which they were synthesized. */
  readonly projects: readonly Synthesized[];
  /** The project of a variant: at a step, by the step's id, or what its options are. */
  project(variant: string): Synthesized;
  /** What it synthesizes to; read once. */
  assembly(variant: string): Assembly;
  /** The check of a step. */
  check(step: string): Check;
}

/** How long a pattern may take, in milliseconds. */
const PATIENCE = 120_000;

/**
 * Synthesizes the projects of a pattern before the tests of the surrounding `describe`: each step, each option, and each
 * typical mistake.
 *
 * @param pattern the pattern
 * @returns what gives the synthesis, while the tests run
 */
export function synthesized(pattern: Pattern): () => Synthesis {
  let synthesis: Synthesis;
  beforeAll(async () => {
    const lab = await labAt(pattern);
    if (!lab) {
      throw new Error(`${pattern.id} has no line in labs/index.ts`);
    }
    synthesis = synthesisOf(lab, synthesize(pattern, [...variantsOf(pattern), ...mistakenVariants(lab)]));
  }, PATIENCE);
  return () => synthesis;
}

/**
 * The name of the project in which a learner's mistake is made.
 *
 * @param index the mistake's place in the list
 */
export function mistakenVariant(index: number): string {
  return `mistake-${index}`;
}

function mistakenVariants({ mistakes }: Lab): Variant[] {
  return mistakes.map((edit, index) => ({ name: mistakenVariant(index), step: edit.step, options: {}, edit }));
}

function synthesisOf(lab: Lab, projects: readonly Synthesized[]): Synthesis {
  const byName = new Map(projects.map((one) => [one.name, one]));
  const project = (variant: string): Synthesized => byName.get(variant) as Synthesized;
  const assemblies = new Map<string, Assembly>();
  const assembly = (variant: string): Assembly => {
    const found = assemblies.get(variant) ?? assemblyOf(project(variant));
    assemblies.set(variant, found);
    return found;
  };
  const check = (step: string): Check => lab.checks.find((one) => one.step === step) as Check;
  return { lab, projects, project, assembly, check };
}
