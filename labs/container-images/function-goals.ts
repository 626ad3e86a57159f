import { alarmOn, alarmReads, type Goal, held, type Resource, reads, when } from '../authoring';
import { withParts } from './judging';
import { TYPE } from './parts';

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
  judge: withParts(['function', 'version'], () => ({ passed: true })),
};

/** Callers know a name, and an image is another number each time. */
export const aliased: Goal = {
  name: 'Callers name an alias, which moves to that version',
  reads: [reads(TYPE.alias, 'FunctionName'), reads(TYPE.alias, 'FunctionVersion', '$LATEST')],
  dependsOn: [versioned.name],
  judge: withParts(['function', 'version', 'alias'], ({ version, alias }, assembly) =>
    when(assembly.pointsAt(assembly.property(alias, 'FunctionVersion'), alias, version), {
      seen: held(assembly, alias, 'FunctionVersion'),
      wanted: `the number of ${version.name}: $LATEST and fixed numbers stay where they are`,
      where: alias.where,
      next: 'let the alias point at the current version of the function',
    }),
  ),
};

/** An alarm on a metric of the function, which goes off at once. */
const alarmGoal = (name: string, metric: string, other: string, told: string): Goal => ({
  name,
  reads: [reads(TYPE.alarm, 'MetricName', other), reads(TYPE.alarm, 'Dimensions', []), ...alarmReads(1000)],
  judge: withParts(['function'], (parts, assembly) =>
    alarmOn(assembly, parts.function as Resource, {
      namespace: 'AWS/Lambda',
      metric,
      told,
      largest: 10,
      because: 'a new image that is broken fails at once, and every call after it',
    }),
  ),
});

/** A new image that does not work fails every call. */
export const errorAlarm = alarmGoal(
  'An alarm goes off when the function fails',
  'Errors',
  'Invocations',
  'the errors of the function',
);

/** Calls that are refused are in no log. */
export const throttleAlarm = alarmGoal(
  'An alarm goes off when calls are refused',
  'Throttles',
  'Duration',
  'the throttles of the function',
);
