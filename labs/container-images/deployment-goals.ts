import {
  type Assembly,
  asList,
  type BuildCommand,
  dig,
  entriesAt,
  expiring,
  firstFailure,
  fitsTagPattern,
  type Goal,
  held,
  type Json,
  judgeExpiry,
  mayRead,
  movableTags,
  type Resource,
  reads,
  rulesOf,
  type StoredImage,
  takenOf,
  when,
} from '../authoring';
import { withParts } from './judging';
import { buildAction, DEPLOYS, partsOf, scriptOf, startersOf, TYPE, variablesOf } from './parts';
import { FIXED_TAGS } from './registry-goals';

/** https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html */
const EXECUTIONS = 'CodePipeline Pipeline Execution State Change';

/** The one thing that both pipelines share, beside the registry. */
export const startedBySuccess: Goal = {
  name: 'The success of the other pipeline starts it, and nothing else',
  reads: [
    reads(TYPE.rule, 'Targets'),
    reads(TYPE.rule, 'EventPattern.source', ['aws.codebuild']),
    reads(TYPE.rule, 'EventPattern.detail-type', ['CodePipeline Stage Execution State Change']),
    reads(TYPE.rule, 'EventPattern.detail.state', ['SUCCEEDED', 'FAILED'], ['STARTED']),
    reads(TYPE.rule, 'EventPattern.detail.pipeline', ['another']),
    mayRead(TYPE.rule, 'State', 'DISABLED'),
  ],
  judge: withParts(
    ['build', 'imagePipeline', 'deployment', 'deploymentPipeline', 'rule'],
    ({ imagePipeline, deploymentPipeline, rule }, assembly) => {
      const only = (path: string, value: string, because: string) => () => {
        const given = assembly.list(rule, `EventPattern.${path}`);
        return when(given.length === 1 && given[0] === value, {
          seen: held(assembly, rule, `EventPattern.${path}`),
          wanted: `${value} alone: ${because}`,
          where: rule.where,
          next: `let the pattern of the rule have ${value} as its only ${path.split('.').at(-1)}`,
        });
      };
      // The event has the name of its pipeline in the detail, and the ARN among the resources.
      const byName = assembly.list(rule, 'EventPattern.detail.pipeline');
      const named = byName.length > 0 ? byName : assembly.list(rule, 'EventPattern.resources');
      const other = startersOf(assembly, deploymentPipeline).find(
        (one) => one !== rule && assembly.property(one, 'State') !== 'DISABLED',
      );
      return firstFailure(
        only('source', 'aws.codepipeline', 'events of others say nothing of an execution'),
        only('detail-type', EXECUTIONS, 'stages and actions succeed as well, before the image is pushed'),
        only('detail.state', 'SUCCEEDED', 'a build that has failed must deploy nothing'),
        () =>
          when(named.length === 1 && assembly.pointsAt(named[0], rule, imagePipeline), {
            seen: held(assembly, rule, 'EventPattern.detail.pipeline'),
            wanted: `the name of ${imagePipeline.name} alone: every pipeline of the account sends such events`,
            where: rule.where,
            next: 'give the first pipeline a fixed name, and write that name into the pattern',
          }),
        () =>
          when(assembly.property(rule, 'State') !== 'DISABLED', {
            seen: `the rule ${rule.name} is disabled`,
            wanted: 'a rule that is enabled, which it is by default',
            where: rule.where,
            next: 'remove what disables the rule',
          }),
        () =>
          when(other === undefined && !startsItself(assembly, deploymentPipeline), {
            seen: other
              ? `the rule ${other.name} starts ${deploymentPipeline.name} as well`
              : `a push to its sources starts ${deploymentPipeline.name} as well`,
            wanted: 'nothing else that starts it: an image that is not there yet would be asked for',
            where: (other ?? deploymentPipeline).where,
            next: 'let no push and no other rule start the second pipeline',
          }),
      );
    },
  ),
};

/** Whether a pipeline looks for changes of its sources: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference.html */
function startsItself(assembly: Assembly, pipeline: Resource): boolean {
  const [source] = assembly.list(pipeline, 'Stages').flatMap((stage) => asList(dig(stage, 'Actions')));
  const setting = (name: string): string => assembly.text(dig(source, 'Configuration', name) ?? '');
  const isConnection = setting('ConnectionArn') !== '';
  return (
    assembly.list(pipeline, 'Triggers').length > 0 ||
    (isConnection ? setting('DetectChanges') !== 'false' : setting('PollForSourceChanges') === 'true')
  );
}

/** The event carries neither digest nor commit. */
export const toldExecution: Goal = {
  name: 'It is told which execution that was',
  reads: [],
  dependsOn: [startedBySuccess.name],
  judge: withParts(['deployment', 'deploymentPipeline', 'rule'], ({ deploymentPipeline, rule }, assembly) => {
    const target = assembly
      .list(rule, 'Targets')
      .find((one) => assembly.pointsAt(dig(one, 'Arn'), rule, deploymentPipeline));
    const template = assembly.text(dig(target, 'InputTransformer', 'InputTemplate') ?? '');
    const declared = assembly.list(deploymentPipeline, 'Variables').map((one) => assembly.text(dig(one, 'Name')));
    const isTold = toldBy(assembly, target).some((name) => declared.includes(name));
    return when(isTold, {
      seen: template
        ? `${rule.name} tells ${deploymentPipeline.name} ${template.slice(0, 80)}`
        : `${rule.name} tells ${deploymentPipeline.name} nothing`,
      wanted:
        'an input transformer that sets a variable of the pipeline to $.detail.execution-id: {"variables":[{"name":…,"value":…}]}',
      where: rule.where,
      next: 'declare a variable of the pipeline, and let the target of the rule set it',
    });
  }),
};

/** The variables that a target sets to the id of the execution: https://docs.aws.amazon.com/codepipeline/latest/userguide/tutorials-pipeline-variables.html */
function toldBy(assembly: Assembly, target: Json | undefined): string[] {
  const paths = entriesAt(dig(target, 'InputTransformer', 'InputPathsMap'));
  const ids = paths.filter(([, path]) => path === '$.detail.execution-id').map(([name]) => `<${name}>`);
  // A placeholder is text in the end, with quotes around it or without.
  const template = assembly
    .text(dig(target, 'InputTransformer', 'InputTemplate') ?? '')
    .replace(/"?(<[\w-]+>)"?/g, '"$1"');
  try {
    const told = asList(dig(JSON.parse(template), 'variables'));
    return told.filter((one) => ids.includes(String(dig(one, 'value')))).map((one) => String(dig(one, 'name')));
  } catch {
    return [];
  }
}

/** A buildspec with some commands, for wrong answers. */
const spec = (...commands: string[]): string => JSON.stringify({ version: '0.2', phases: { build: { commands } } });

/** What is deployed is the very image that was tried. */
export const deploysDigest: Goal = {
  name: 'It deploys the digest that this execution has pushed',
  reads: [reads(TYPE.project, 'Source.BuildSpec', spec('npx cdk deploy function', 'docker push x'))],
  judge: withParts(['deployment', 'deploymentPipeline'], ({ deployment, deploymentPipeline }, assembly) => {
    const { commands } = scriptOf(assembly, deployment);
    const ids = variablesOf(assembly, buildAction(assembly, deploymentPipeline, deployment))
      .filter(([, value]) => /^#\{variables\.\w+\}$/.test(value))
      .map(([name]) => name);
    const looking = commands.filter(({ text }) => LOOKS_UP.test(text));
    const found = looking.find(({ text }) => ids.some((id) => new RegExp(`exec-\\$\\{?${id}\\b`).test(text)));
    const deploying = commands.findIndex(({ text }) => DEPLOYS.test(text) && HANDS_ON.test(text));
    const deploy = commands[deploying];
    const isHandedOn =
      found !== undefined &&
      deploying > commands.indexOf(found) &&
      (deploy.text.includes(found.text) || (found.into !== undefined && usesOf(found.into).test(deploy.text)));
    return firstFailure(
      () =>
        when(found !== undefined, {
          seen: looking.some(({ text }) => text.includes('exec-'))
            ? `${deployment.name} looks an image up by what is not the execution that the rule tells of`
            : `${deployment.name} asks the registry for no image of exec- and the id of the execution`,
          wanted: 'the digest of the tag exec-<id of the execution>, which a variable of the pipeline has',
          where: deployment.where,
          next: 'hand that variable to the build, and look the digest up by the tag',
        }),
      () =>
        when(isHandedOn, {
          seen: `${deployment.name} finds the digest, and does not hand it to the deployment`,
          wanted: 'a deployment behind it, with what it has found',
          where: deployment.where,
          next: 'deploy with the variable that the digest is in',
        }),
      () =>
        when(!deploy?.isForgiven, {
          // A digest that was not found fails the deployment itself.
          seen: `${deployment.name} goes on when this fails: ${deploy?.statement.slice(0, 60)}`,
          wanted: 'a build that fails with it, so that the stage goes back',
          where: deployment.where,
          next: 'let the command fail',
        }),
    );
  }),
};

/** What tells the digest of an image. */
const LOOKS_UP = /\becr (describe-images|batch-get-image|list-images)\b/;

/** How a deployment is told it. */
const HANDS_ON = /imageDigest=|@\$|image-uri/i;

const usesOf = (variable: string): RegExp => new RegExp(`\\$\\{?${variable}\\b`);

/** https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback-auto.html */
export const goesBack: Goal = {
  name: 'A deployment that fails goes back',
  reads: [reads(TYPE.pipeline, 'Stages')],
  judge: withParts(['deployment', 'deploymentPipeline'], ({ deployment, deploymentPipeline }, assembly) => {
    const stage = assembly
      .list(deploymentPipeline, 'Stages')
      .find((one) =>
        asList(dig(one, 'Actions')).some((action) =>
          assembly.pointsAt(dig(action, 'Configuration', 'ProjectName'), deploymentPipeline, deployment),
        ),
      );
    const result = assembly.text(dig(stage, 'OnFailure', 'Result'));
    return when(result === 'ROLLBACK', {
      seen: `the stage ${assembly.text(dig(stage, 'Name'))} of ${deploymentPipeline.name} stays as it is when it fails`,
      wanted: 'OnFailure with ROLLBACK: the last execution that succeeded is deployed again',
      where: deploymentPipeline.where,
      next: 'let the stage roll back on failure',
    });
  }),
};

/** Images of six years, one a day, of which the oldest runs. */
const STORED: readonly StoredImage[] = Array.from({ length: 2000 }, (_, age) => ({
  age,
  tags: FIXED_TAGS.slice(0, 2).map((tag) => `${tag.slice(0, -4)}${String(age).padStart(4, '0')}`),
}));

const POLICY = 'LifecyclePolicy.LifecyclePolicyText';

/** A life-cycle policy, for wrong answers. */
const policy = (...selections: object[]): string =>
  JSON.stringify({
    rules: selections.map((selection, index) => ({ rulePriority: index + 1, selection, action: { type: 'expire' } })),
  });

const ANY = { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 50 };
const live = (...tagPatternList: string[]) => ({
  tagStatus: 'tagged',
  tagPatternList,
  countType: 'imageCountMoreThan',
  countNumber: 1000,
});

/** A registry bills what it stores. */
export const imagesExpire: Goal = {
  name: 'Old images expire',
  reads: [reads(TYPE.repository, POLICY, policy(live('live*')), policy())],
  judge: withParts(['repository'], ({ repository }, assembly) =>
    judgeExpiry(assembly, repository, {
      newest: 5,
      because: 'whoever goes back has to find one of them',
      tagging: { example: FIXED_TAGS[0], images: STORED },
    }),
  ),
};

/** The tags that a deployment moves to the image: before it begins, and once it is over. */
function marksOf(assembly: Assembly, deployment: Resource): { readonly before: string[]; readonly after: string[] } {
  const { commands } = scriptOf(assembly, deployment);
  const deployed = commands.findIndex(({ text }) => DEPLOYS.test(text));
  const marksIn = (some: readonly BuildCommand[]): string[] =>
    some.flatMap(({ text }) => MARKS.exec(text)?.slice(1).find(Boolean) ?? []);
  return { before: marksIn(commands.slice(0, deployed)), after: marksIn(commands.slice(deployed + 1)) };
}

/** What moves a tag to an image, by the API or by pushing what was pulled. */
const MARKS =
  /\becr put-image\b.*--image-tag[= ]["']?([\w.-]+)|\bdocker push ["']?[^\s"']+:([\w.-]+)|\bcrane tag ["']?\S+ ["']?([\w.-]+)/;

/** An image that is gone is noticed at the next cold start, and every call fails from then on. */
export const runningStays: Goal = {
  name: 'No rule takes the image that runs',
  reads: [
    mayRead(
      TYPE.repository,
      POLICY,
      policy(ANY),
      policy(live('live', 'live-next'), ANY),
      policy({ ...live('live*'), countType: 'sinceImagePushed', countUnit: 'days', countNumber: 365 }, ANY),
    ),
  ],
  dependsOn: [imagesExpire.name],
  judge: withParts(['repository'], ({ repository }, assembly) => {
    const { deployment } = partsOf(assembly);
    const { before, after } = deployment ? marksOf(assembly, deployment) : { before: [], after: [] };
    const movable = movableTags(assembly, repository).map((pattern) => pattern.replaceAll('*', ''));
    // While it deploys, what runs has the one tag, and what is about to run has the other.
    const [marks, further] = after.length > 0 ? [after, before] : [movable, []];
    const running = { ...STORED[STORED.length - 1], tags: [...STORED[STORED.length - 1].tags, ...marks] };
    const coming = { ...STORED[STORED.length - 2], tags: [...STORED[STORED.length - 2].tags, ...further] };
    const taken = takenOf(expiring(rulesOf(assembly, repository)), [...STORED.slice(0, -2), coming, running]);
    const lost = [running, ...(further.length > 0 ? [coming] : [])].find((image) => taken.includes(image));
    const mark = (lost === coming ? further : marks)[0];
    return when(lost === undefined, {
      seen: `the rules of ${repository.name} take an old image${mark ? ` with the tag ${mark}` : ''}, whether it runs or not`,
      wanted: 'a rule ahead of the others for the tags that what runs has: what it selects is out of their reach',
      where: repository.where,
      next: 'give the tags of what runs a rule of the first priority, with a number that is never reached',
    });
  }),
};

/** A tag that is set too late leaves what runs without one. */
export const marked: Goal = {
  name: 'The deployment marks the image before and after',
  reads: [
    mayRead(
      TYPE.project,
      'Source.BuildSpec',
      spec('npx cdk deploy function --context imageDigest=$D', 'docker push x'),
      spec('npx cdk deploy function --context imageDigest=$D', 'aws ecr put-image --image-tag live', 'docker push x'),
    ),
  ],
  judge: withParts(['deployment'], ({ deployment }, assembly) => {
    const { before, after } = marksOf(assembly, deployment);
    return when(before.length > 0 && after.length > 0 && !after.every((tag) => before.includes(tag)), {
      seen: `${deployment.name} gives the image ${told(before)} before it deploys, and ${told(after)} afterwards`,
      wanted: 'one tag before and another after: the old image keeps its own until the new one runs',
      where: deployment.where,
      next: 'put a tag on the image ahead of the deployment, and another one behind it',
    });
  }),
};

const told = (tags: readonly string[]): string => (tags.length > 0 ? `the tag ${tags.join(', ')}` : 'no tag');

const filters = (value: string): Json => [
  { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: value },
];

/** Only what has to move can be moved. */
export const marksMove: Goal = {
  name: 'Only the tags of what runs can be moved',
  reads: [
    reads(TYPE.repository, 'ImageTagMutability', 'IMMUTABLE', 'MUTABLE'),
    reads(TYPE.repository, 'ImageTagMutabilityExclusionFilters', filters('other*'), filters('*')),
  ],
  dependsOn: [marked.name],
  judge: withParts(['repository', 'deployment'], ({ repository, deployment }, assembly) => {
    const { before, after } = marksOf(assembly, deployment);
    const patterns = movableTags(assembly, repository);
    const stuck = [...before, ...after].find((tag) => !patterns.some((pattern) => fitsTagPattern(pattern, tag)));
    const loose = patterns.find((pattern) => FIXED_TAGS.some((tag) => fitsTagPattern(pattern, tag)));
    const isSet = assembly.property(repository, 'ImageTagMutabilityExclusionFilters') !== undefined;
    return firstFailure(
      () =>
        when(assembly.property(repository, 'ImageTagMutability') === 'IMMUTABLE_WITH_EXCLUSION', {
          seen: held(assembly, repository, 'ImageTagMutability'),
          wanted: 'IMMUTABLE_WITH_EXCLUSION: all tags stay, but for those of what runs',
          where: repository.where,
          next: 'let the tags of the repository be immutable with an exclusion',
        }),
      () =>
        when(stuck === undefined, {
          seen: isSet
            ? `the tag ${stuck} fits none of ${patterns.join(', ')}, which can be moved`
            : `no tag of ${repository.name} can be moved: it has no exclusion`,
          wanted: `an exclusion that ${[...before, ...after].join(' and ')} fit`,
          where: repository.where,
          next: 'exclude the tags that the deployment moves',
        }),
      () =>
        when(loose === undefined, {
          seen: `the exclusion ${loose} lets the tags of commits and executions move, too`,
          wanted: 'an exclusion of the tags of what runs alone',
          where: repository.where,
          next: 'narrow the exclusion down',
        }),
    );
  }),
};
