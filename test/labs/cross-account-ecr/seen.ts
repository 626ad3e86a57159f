import { checks } from '../../../labs/cross-account-ecr/checks';
import { runCheck } from '../../../labs/engine/check';
import type { Json } from '../../../labs/engine/json';
import { assemblyOf, type Resources, resourcesOf } from '../support';

/** A stack of an app: its name, where it is deployed, what it has. */
export interface TestStack {
  readonly name: string;
  readonly environment?: string;
  readonly resources: Resources;
  readonly rules?: Json;
}

/** What the goals of a step see that are not reached, in an app of several stacks. */
export function seenIn(step: string, ...stacks: TestStack[]): (string | null)[] {
  const [check] = checks.filter((one) => one.step === step);
  const assembly = assemblyOf(
    {},
    {
      resources: stacks.flatMap(({ name, resources }) => resourcesOf(resources, name)),
      stacks: stacks.map(({ name, environment = '', resources, rules = {} }) => ({
        name,
        environment,
        template: { Resources: resources as unknown as Json, Rules: rules },
      })),
    },
  );
  return runCheck(check, assembly).results.flatMap(({ passed, seen }) => (passed ? [] : [seen ?? null]));
}

/** What the goals of a step see that are not reached, in an app of one stack. */
export const seenAt = (step: string, resources: Resources, environment = '', rules: Json = {}): (string | null)[] =>
  seenIn(step, { name: 'orders', environment, resources, rules });
