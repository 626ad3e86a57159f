import {
  alarmOn,
  alarmReads,
  firstFailure,
  type Goal,
  held,
  type MetricWatch,
  type Resource,
  reads,
  when,
} from '../authoring';
import { withParts } from './judging';
import { type Parts, scriptOf, TYPE } from './parts';

/** A tag says what was meant; a digest is what it is. */
export const byDigest: Goal = {
  name: 'The function runs an image by its digest',
  reads: [
    reads(
      TYPE.function,
      'Code.ImageUri',
      '123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:1.0.0',
      'orders@sha256:1',
    ),
  ],
  judge: withParts(['function'], ({ function: running }, assembly) => {
    const uri = assembly.text(assembly.property(running, 'Code.ImageUri'));
    return when(/@sha256:[0-9a-f]{64}$/.test(uri), {
      seen: `ImageUri of ${running.name} ends with ${uri.slice(uri.lastIndexOf('/')).slice(0, 60)}`,
      wanted: '@sha256: and the 64 digits of a digest as plain text: with a tag, or a parameter, nothing changes',
      where: running.where,
      next: 'name the image by a digest that is known when the app is synthesized',
    });
  }),
};

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html */
export const versioned: Goal = {
  name: 'Each image is a version of its own',
  reads: [reads(TYPE.version, 'FunctionName')],
  judge: withParts(['function', 'version'], ({ function: running, version }, assembly) => {
    const uri = assembly.text(assembly.property(running, 'Code.ImageUri'));
    const digest = uri.slice(uri.indexOf('@sha256:') + '@sha256:'.length);
    // The CDK ends the id of a current version with a hash of the function; whoever has no such hash can take the digest.
    const isOfImage = /[0-9a-f]{32}$/.test(version.logicalId) || sharesDigits(version.logicalId, digest);
    return when(isOfImage, {
      seen: `the version ${version.logicalId} is called the same whatever the image is, so that CloudFormation leaves it as it is`,
      wanted: 'another logical id for another image, as the current version of a function has it',
      where: version.where,
      next: 'take the current version of the function',
    });
  }),
};

/** Whether an id has some digits of a digest in it. */
function sharesDigits(id: string, digest: string): boolean {
  const length = 6;
  return Array.from({ length: digest.length - length + 1 }, (_, from) => digest.slice(from, from + length)).some(
    (digits) => id.includes(digits),
  );
}

/** A function that can't run the image says so at its first call. */
export const samePlatform: Goal = {
  name: 'It runs on the platform that the image is built for',
  reads: [reads(TYPE.function, 'Architectures', ['x86_64'])],
  judge: withParts(['build', 'function'], ({ build, function: running }, assembly) => {
    const built = scriptOf(assembly, build)
      .commands.map(({ text }) => PLATFORM.exec(text)?.[1])
      .find(Boolean);
    const [given] = assembly.list(running, 'Architectures');
    const runs = assembly.text(given ?? 'x86_64');
    const told =
      given === undefined ? `Architectures of ${running.name} is not set, which means` : `${running.name} runs on`;
    return when(built === undefined || built === PLATFORMS[runs], {
      seen: `${told} ${runs}, and ${build.name} builds the image for linux/${built}`,
      wanted: 'one platform for both',
      where: running.where,
      next: 'let the function have the architecture that the image is built for',
    });
  }),
};

const PLATFORM = /--platform[= ]["']?linux\/(\w+)/;

/** Docker's names of Lambda's architectures. */
const PLATFORMS: Readonly<Record<string, string>> = { arm64: 'arm64', x86_64: 'amd64' };

/** Callers know a name, and an image is another number each time. */
export const aliased: Goal = {
  name: 'Callers name an alias, which moves to that version',
  reads: [reads(TYPE.alias, 'FunctionName'), reads(TYPE.alias, 'FunctionVersion', '$LATEST')],
  dependsOn: [versioned.name],
  judge: withParts(['function', 'version', 'alias'], ({ version, alias }, assembly) =>
    firstFailure(
      () =>
        when(assembly.pointsAt(assembly.property(alias, 'FunctionVersion'), alias, version), {
          seen: held(assembly, alias, 'FunctionVersion'),
          wanted: `the number of ${version.name}: $LATEST and fixed numbers stay where they are`,
          where: alias.where,
          next: 'let the alias point at the current version of the function',
        }),
      () =>
        when(assembly.list(alias, 'RoutingConfig.AdditionalVersionWeights').length === 0, {
          seen: `${alias.name} sends some of its calls to another version`,
          wanted: 'one version behind the alias: callers get the image that was deployed',
          where: alias.where,
          next: 'leave the additional versions out',
        }),
    ),
  ),
};

/** An alarm on a metric of a part, which goes off at once; the parts before it are those that it is found by. */
const alarmGoal = (name: string, needed: readonly (keyof Parts)[], other: string, watch: MetricWatch): Goal => ({
  name,
  reads: [
    reads(TYPE.alarm, 'MetricName', other),
    reads(TYPE.alarm, 'Dimensions', []),
    ...alarmReads(watch.largest * 100),
  ],
  judge: withParts(needed, (parts, assembly) => alarmOn(assembly, parts[needed[needed.length - 1]] as Resource, watch)),
});

/** A metric of the function. */
const ofFunction = (metric: string, told: string): MetricWatch => ({
  namespace: 'AWS/Lambda',
  metric,
  told,
  isCount: true,
  largest: 10,
  because: 'a new image that is broken fails at once, and every call after it',
});

/** The failures of a pipeline. */
const failures = (told: string): MetricWatch => ({
  namespace: 'AWS/CodePipeline',
  metric: 'FailedPipelineExecutions',
  told,
  isCount: true,
  largest: 3,
  because: 'each one is a change that nobody gets',
});

/** A new image that does not work fails every call. */
export const errorAlarm = alarmGoal(
  'An alarm goes off when the function fails',
  ['function'],
  'Invocations',
  ofFunction('Errors', 'the errors of the function'),
);

/** Calls that are refused are in no log. */
export const throttleAlarm = alarmGoal(
  'An alarm goes off when calls are refused',
  ['function'],
  'Duration',
  ofFunction('Throttles', 'the throttles of the function'),
);

/** A commit whose image is not built changes nothing, and that is all that can be seen of it. */
export const imageAlarm = alarmGoal(
  'An alarm goes off when no image is built',
  ['build', 'imagePipeline'],
  'PipelineDuration',
  failures('the failed executions of the pipeline that pushes'),
);

/** Nobody waits for the second pipeline. */
export const deploymentAlarm = alarmGoal(
  'An alarm goes off when an image is not deployed',
  ['deployment', 'deploymentPipeline'],
  'PipelineDuration',
  failures('the failed executions of the pipeline that deploys'),
);
