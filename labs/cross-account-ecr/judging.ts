import {
  type Assembly,
  firstFailure,
  type Goal,
  type Having,
  held,
  judgingParts,
  type Missing,
  type Verdict,
} from '../authoring';
import { functionsOf, type Parts, registriesOf, servingOf, TYPE } from './parts';

/** What is said when a part that a judgement can't do without is missing. */
const MISSING: Missing<Parts> = {
  repository: () => ({
    seen: `the app has no registry (${TYPE.repository})`,
    wanted: 'a repository of Amazon ECR that holds the images',
    next: 'create a repository in the stack',
  }),
  function: () => ({
    seen: `the app has no function (${TYPE.function}) with an image (Code.ImageUri)`,
    wanted: 'a function that runs an image of the registry',
    next: 'create a function from an image in a stack of its own',
  }),
  role: ({ function: running }) => ({
    seen: `the role of ${running?.name} is not in the template, so that its rights are unknown`,
    wanted: 'a role of the function that the app creates',
    where: running?.where,
    next: 'let the function have a role of this app',
  }),
  integration: ({ function: running }, assembly) => ({
    seen:
      near(assembly, TYPE.integration, 'IntegrationUri') ??
      `no integration (${TYPE.integration}) of an API has ${running?.name} behind it`,
    wanted: 'an HTTP API that invokes the function',
    where: running?.where,
    next: 'create an HTTP API, and integrate the function',
  }),
  api: ({ integration }) => ({
    seen: `the API of ${integration?.name} is not in the template`,
    wanted: 'an HTTP API of this app',
    where: integration?.where,
    next: 'let the integration be of the API that the app creates',
  }),
  route: ({ integration }, assembly) => ({
    seen: near(assembly, TYPE.route, 'Target') ?? `no route (${TYPE.route}) leads to ${integration?.name}`,
    wanted: 'a route whose target is the integration with the function',
    where: integration?.where,
    next: 'add a route to the API',
  }),
  stage: ({ api }, assembly) => ({
    seen:
      near(assembly, TYPE.stage, 'ApiId') ??
      `the API ${api?.name} has no stage (${TYPE.stage}), so that nobody can call it`,
    wanted: 'a stage that is deployed by itself',
    where: api?.where,
    next: 'create a stage of the API',
  }),
};

/** What is said of a resource that is there, and belongs to something else. */
function near(assembly: Assembly, type: string, path: string): string | undefined {
  const [found] = assembly.ofType(type);
  return found && held(assembly, found, path);
}

/**
 * Judgements of each of the parts of a kind, in which the first that is wrong is the failure: an app has a registry and a
 * function for every stage of it.
 */
function judgingEach(allOf: (assembly: Assembly) => readonly Parts[]) {
  return <K extends keyof Parts>(
    needed: readonly K[],
    judge: (parts: Having<Parts, K>, assembly: Assembly) => Verdict,
  ): Goal['judge'] =>
    (assembly) => {
      const all = allOf(assembly);
      const stacks = new Set(all.map(stackOf));
      return firstFailure(
        ...(all.length > 0 ? all : [{}]).map((parts) => () => {
          const verdict = judgingParts(() => parts, MISSING)(needed, judge)(assembly);
          return verdict.passed || stacks.size < 2
            ? verdict
            : { ...verdict, seen: `in the stack ${stackOf(parts)} ${verdict.seen}` };
        }),
      );
    };
}

const stackOf = (parts: Parts): string | undefined => (parts.repository ?? parts.function)?.stack;

/** A judgement of every registry of the app. */
export const withRegistries = judgingEach(registriesOf);

/** A judgement of every function of the app that runs an image. */
export const withFunctions = judgingEach(functionsOf);

/** A judgement of a function of each stack: the one that callers reach, of those that run an image. */
export const withServing = judgingEach(servingOf);
