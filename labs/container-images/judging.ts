import { type Assembly, type Having, held, judgingParts, type Missing } from '../authoring';
import { type Parts, partsOf, TYPE } from './parts';

/** What is said when a part that a judgement can't do without is missing. */
const MISSING: Missing<Parts> = {
  repository: () => ({
    seen: `the app has no registry (${TYPE.repository})`,
    wanted: 'a repository of Amazon ECR that holds the images',
    next: 'create a repository in the stack',
  }),
  build: (_, assembly) => {
    const specs = assembly
      .ofType(TYPE.project)
      .map((project) => assembly.property(project, 'Source.BuildSpec'))
      .filter((spec) => spec !== undefined);
    const file = specs.map((spec) => assembly.text(spec)).find((spec) => /^\S+\.ya?ml$/.test(spec));
    const inTemplate =
      specs.length > 0
        ? 'no build of the app makes an image: docker build is in no buildspec'
        : `the app has no build (${TYPE.project}) with a buildspec in its template`;
    return {
      seen: file ? `${inTemplate}, and what is in ${file} is not seen in a template` : inTemplate,
      wanted: 'a build that makes the image and pushes it, with its commands in the template',
      next: 'let a pipeline have a build with the commands of Docker',
    };
  },
  buildRole: ({ build }) => ({
    seen: `the role of ${build?.name} is not in the template, so that its rights are unknown`,
    wanted: 'a role of the build that the app creates',
    where: build?.where,
    next: 'let the build have a role of this app',
  }),
  imagePipeline: ({ build }) => ({
    seen: `no pipeline (${TYPE.pipeline}) has an action that runs ${build?.name}`,
    wanted: 'a pipeline that runs the build for each commit',
    where: build?.where,
    next: 'add a stage to the pipeline, with the build as its action',
  }),
  function: () => ({
    seen: `the app has no function (${TYPE.function}) with an image (Code.ImageUri)`,
    wanted: 'a function that runs an image of the registry',
    next: 'create a function from an image in a stack of its own',
  }),
  version: ({ function: running }, assembly) => ({
    seen: unrelated(assembly, TYPE.version) ?? `no version (${TYPE.version}) is of ${running?.name}`,
    wanted: 'a version for each image: it never changes again',
    where: running?.where,
    next: 'publish the current version of the function',
  }),
  alias: ({ function: running }, assembly) => ({
    seen: unrelated(assembly, TYPE.alias) ?? `no alias (${TYPE.alias}) is of ${running?.name}`,
    wanted: 'an alias that callers can name for good',
    where: running?.where,
    next: 'create an alias of the function',
  }),
  deployment: () => ({
    seen: 'no build of the app deploys: neither cdk deploy nor update-function-code is in a buildspec',
    wanted: 'a build that deploys the function with the digest of the image',
    next: 'let a second pipeline have a build that deploys',
  }),
  deploymentPipeline: ({ deployment }) => ({
    seen: `no pipeline (${TYPE.pipeline}) has an action that runs ${deployment?.name}`,
    wanted: 'a pipeline of its own that deploys',
    where: deployment?.where,
    next: 'add a stage to the second pipeline, with that build as its action',
  }),
  rule: ({ deploymentPipeline }) => ({
    seen: `no rule (${TYPE.rule}) has ${deploymentPipeline?.name} as its target`,
    wanted: 'a rule of EventBridge that starts the pipeline',
    where: deploymentPipeline?.where,
    next: 'add a rule whose target is the second pipeline',
  }),
};

/** What is said of a version, or an alias, that names something else than the function. */
function unrelated(assembly: Assembly, type: string): string | undefined {
  const [near] = assembly.ofType(type);
  return near && held(assembly, near, 'FunctionName');
}

/** Parts of which some are there. */
export type Needed<K extends keyof Parts> = Having<Parts, K>;

/** A judgement of parts that the app must have. */
export const withParts = judgingParts(partsOf, MISSING);
