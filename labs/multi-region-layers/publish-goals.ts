import {
  type Assembly,
  dig,
  failed,
  firstFailure,
  type Goal,
  grantsOf,
  isObject,
  type Json,
  names,
  type Resource,
  reached,
  reads,
  type Statement,
  type Verdict,
  when,
} from '../authoring';
import { TYPE, withParts } from './judging';
import { type Publishing, publishingOf } from './parts';

const EVERYTHING = { Statement: [{ Effect: 'Allow', Action: 'lambda:*', Resource: '*' }] };

/** The ARN of a layer, and of its versions, as a policy names them. */
const LAYER = /^arn:[^:]*:lambda:(?<region>[^:]+(?:::[^:]+)?):[^*]*:layer:(?<layer>[\w-]+)(?<versions>:\*|:\d+)?$/;

/** An ARN with the pseudo parameters of CloudFormation in it, without the colons of theirs. */
const plain = (text: string): string => text.replaceAll('AWS::', '');

/** What a right is about, and how it is told. */
interface Right {
  readonly action: string;
  /** Whether it is on versions of the layer, or on the layer. */
  readonly onVersions: boolean;
  /** What it does, in a word. */
  readonly verb: string;
}

const PUBLISH: Right = { action: 'lambda:PublishLayerVersion', onVersions: false, verb: 'publish' };
const SHARE: Right = { action: 'lambda:AddLayerVersionPermission', onVersions: true, verb: 'share' };

/** The layers that a policy names, with their Regions. */
interface Named {
  readonly region: string;
  readonly layer: string;
}

/** Judges who may do something with which layer, and hands the layers on that are named. */
function judgeRight(
  assembly: Assembly,
  role: Resource,
  { action, onVersions, verb }: Right,
  judge: (layers: readonly Named[]) => Verdict,
): Verdict {
  const granting = grantsOf(assembly, role).filter((statement) => names(statement, action));
  const wide = granting.map((statement) => widthOf(assembly, statement, onVersions)).find((text) => text !== undefined);
  const wanted = `the right to ${verb} ${onVersions ? 'versions of ' : ''}that one layer, by its name and its Regions`;
  return firstFailure(
    () =>
      when(granting.length > 0, {
        seen: `${role.name} may not do ${action}`,
        wanted,
        where: role.where,
        next: `grant the function ${action} on the ARN of ${onVersions ? "the layer's versions" : 'the layer'}`,
      }),
    () =>
      when(wide === undefined, {
        seen: `${role.name} ${wide}`,
        wanted,
        where: role.where,
        next: `name ${action} alone, and the ARN of the layer in each Region`,
      }),
    () => judge(granting.flatMap(({ resources }) => resources.flatMap((one) => namedBy(assembly, one) ?? []))),
  );
}

/** What makes a statement wider than a layer, if anything does. */
function widthOf(assembly: Assembly, statement: Statement, onVersions: boolean): string | undefined {
  const { managedPolicy, actions, resources } = statement;
  if (managedPolicy !== undefined) {
    return `has the managed policy ${managedPolicy}, which covers every layer`;
  }
  const pattern = actions.find((one) => /[*?]/.test(one));
  if (pattern !== undefined) {
    return `may do ${pattern}, which is more than it needs`;
  }
  const wide = resources.find((one) => {
    const { groups } = LAYER.exec(plain(assembly.text(one))) ?? {};
    return !groups || groups.region.includes('*') || (groups.versions !== undefined) !== onVersions;
  });
  return wide === undefined ? undefined : `may do ${actions.join(', ')} on ${assembly.text(wide)}`;
}

function namedBy(assembly: Assembly, resource: Json): Named | undefined {
  const { region, layer } = LAYER.exec(plain(assembly.text(resource)))?.groups ?? {};
  return region === undefined ? undefined : { region, layer };
}

/** The text of what an action tells of something. */
const toldOf = ({ told }: Publishing, name: string): string =>
  typeof told[name] === 'string' ? plain(String(told[name])) : '';

/** That all layers that the role may act on are those of the actions. */
function onlyThose(role: Resource, actions: readonly Publishing[], layers: readonly Named[], { verb }: Right): Verdict {
  const regions = new Set(actions.map((action) => toldOf(action, 'region')));
  const layerNames = new Set(actions.map((action) => toldOf(action, 'layerName')));
  const foreign = layers.find(({ region, layer }) => !regions.has(region) || !layerNames.has(layer));
  const lacking = [...regions].find((region) => !layers.some((layer) => layer.region === region));
  return firstFailure(
    () =>
      when(!layerNames.has('') && !regions.has(''), {
        seen: 'an action does not tell the function which layer to publish, and where',
        wanted: 'layerName and region in the parameters of each action (UserParameters, as JSON)',
        where: role.where,
        next: 'tell the function both, as the policy has them',
      }),
    () =>
      when(foreign === undefined, {
        seen: `${role.name} may ${verb} ${foreign?.layer} in ${foreign?.region}, which no action asks for`,
        wanted: `the right to ${verb} in the Regions of the actions: ${[...regions].join(', ')}`,
        where: role.where,
        next: 'take that layer, or that Region, out of the policy',
      }),
    () =>
      when(lacking === undefined, {
        seen: `${role.name} may not ${verb} in ${lacking || 'a Region that the action leaves out'}`,
        wanted: `the right to ${verb} in each Region of an action`,
        where: role.where,
        next: 'add the ARN of the layer in that Region to the policy',
      }),
  );
}

/** A goal about what the function may do with the layer. */
const rightGoal = (name: string, right: Right): Goal => ({
  name,
  reads: [reads(TYPE.policy, 'PolicyDocument', { Statement: [] }, EVERYTHING)],
  judge: withParts(['pipeline', 'distributor', 'role'], ({ pipeline, distributor, role }, assembly) => {
    const actions = publishingOf(assembly, pipeline, distributor);
    return judgeRight(assembly, role, right, (layers) => onlyThose(role, actions, layers, right));
  }),
});

/** The first step's right, in the pipeline's own Region. */
export const publishRight = rightGoal('The function may publish this layer and no other', PUBLISH);

/** The same right, in the Regions of all actions. */
export const regionRights = rightGoal('The function may publish in those Regions and nowhere else', PUBLISH);

/** The right to share. */
export const shareRight = rightGoal('The function may share this layer and no other', SHARE);

/** A goal about what every action tells the function. */
const toldGoal = (name: string, judge: (action: Publishing, pipeline: Resource) => Verdict): Goal => ({
  name,
  reads: [reads(TYPE.pipeline, 'Stages', [])],
  judge: withParts(['pipeline', 'distributor'], ({ pipeline, distributor }, assembly) => {
    const verdicts = publishingOf(assembly, pipeline, distributor).map((action) => judge(action, pipeline));
    return verdicts.find(({ passed }) => !passed) ?? reached;
  }),
});

/** The texts of a list that an action tells. */
const listOf = ({ told }: Publishing, name: string): string[] => [told[name] ?? []].flat().map(String);

/** Who picks a layer sees what it is for. */
export const runtimesTold = toldGoal('Each version says which runtimes it is for', (action, { where }) => {
  const runtimes = listOf(action, 'runtimes');
  const other = runtimes.find((runtime) => !/^nodejs\d+\.x$/.test(runtime));
  return when(runtimes.length > 0 && other === undefined, {
    seen: other
      ? `the action ${action.name} names the runtime ${other}`
      : `the action ${action.name} names no runtimes in its parameters`,
    wanted: 'the runtimes of Node.js that find packages in nodejs/node_modules, nodejs24.x for example',
    where,
    next: 'name the runtimes that the layer is for',
  });
});

/** Whom a version may be shared with; an asterisk would be everybody. */
const USER = /^(\d{12}|o-[a-z0-9]{10,32})$/;

/** Nobody is everybody. */
export const sharedByName = toldGoal('Each version is shared with those who are named', (action, { where }) => {
  const users = listOf(action, 'shareWith');
  const other = users.find((user) => !USER.test(user));
  return when(users.length > 0 && other === undefined, {
    seen: other ? `the action ${action.name} shares with ${other}` : `the action ${action.name} shares with nobody`,
    wanted: 'accounts of 12 digits, or the id of an organization',
    where,
    next: 'name who else may use the layer',
  });
});

/** One action for each Region. */
export const manyRegions: Goal = {
  name: 'Each of two Regions or more has an action of its own',
  reads: [reads(TYPE.pipeline, 'Stages', [])],
  judge: withParts(['pipeline', 'distributor'], ({ pipeline, distributor }, assembly) => {
    const regions = publishingOf(assembly, pipeline, distributor).map((action) => toldOf(action, 'region'));
    const distinct = new Set(regions.filter((region) => region !== ''));
    const isEach = distinct.size === regions.length;
    return when(distinct.size > 1 && isEach, {
      seen: isEach
        ? `${pipeline.name} publishes in one Region: ${[...distinct].join()}`
        : `${pipeline.name} has ${regions.length} actions that publish, for these Regions: ${[...distinct].join(', ') || 'none'}`,
      wanted: 'an action for each Region, which tells the function that Region',
      where: pipeline.where,
      next: 'name the Regions that the layer is published in',
    });
  }),
};

/** No Region waits for another. */
export const atOnce: Goal = {
  name: 'All Regions are published at once',
  reads: [],
  dependsOn: [manyRegions.name],
  judge: withParts(['pipeline', 'distributor'], ({ pipeline, distributor }, assembly) => {
    const actions = publishingOf(assembly, pipeline, distributor);
    const turns = new Set(actions.map(({ stage, runOrder }) => `${runOrder} of the stage ${stage}`));
    return when(turns.size === 1, {
      seen: `the actions run one after the other: as number ${[...turns].join(', then ')}`,
      wanted: 'one stage, and one number (RunOrder) for all of them',
      where: pipeline.where,
      next: 'put the actions into one stage, without an order',
    });
  }),
};

/** A Region that fails does so alone. */
export const retried: Goal = {
  name: 'What failed is tried again, and nothing else',
  reads: [],
  dependsOn: [manyRegions.name],
  judge: withParts(['pipeline', 'distributor'], ({ pipeline, distributor }, assembly) => {
    const [{ stage: name } = { stage: '' }] = publishingOf(assembly, pipeline, distributor);
    const stage = assembly.list(pipeline, 'Stages').find((one) => assembly.text(dig(one, 'Name')) === name);
    const onFailure = dig(stage, 'OnFailure');
    const mode = dig(onFailure, 'RetryConfiguration', 'RetryMode');
    const isRetried = dig(onFailure, 'Result') === 'RETRY' && mode === 'FAILED_ACTIONS';
    return isRetried
      ? reached
      : failed({
          seen: `the stage ${name} ${isObject(onFailure) ? `does ${assembly.text(onFailure)}` : 'does nothing'} when an action fails`,
          wanted: 'a retry of its failed actions (OnFailure with RETRY and FAILED_ACTIONS)',
          where: pipeline.where,
          next: 'let the stage try its failed actions again',
        });
  }),
};
