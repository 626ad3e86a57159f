import {
  type Assembly,
  asList,
  dig,
  expiredImages,
  firstFailure,
  fitsTagPattern,
  type Goal,
  held,
  type Json,
  mayRead,
  type Resource,
  reads,
  type StoredImage,
  when,
} from '../authoring';
import { withParts } from './judging';
import { commandsOf, DEPLOYS, TYPE } from './parts';
import { FIXED_TAGS, movable } from './registry-goals';

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
    ({ imagePipeline, rule }, assembly) => {
      const only = (path: string, value: string, because: string) => () => {
        const given = assembly.list(rule, `EventPattern.${path}`);
        return when(given.length === 1 && given[0] === value, {
          seen: held(assembly, rule, `EventPattern.${path}`),
          wanted: `${value} alone: ${because}`,
          where: rule.where,
          next: `let the pattern of the rule have ${value} as its only ${path.split('.').at(-1)}`,
        });
      };
      const named = assembly.list(rule, 'EventPattern.detail.pipeline');
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
      );
    },
  ),
};

/** The event carries neither digest nor commit. */
export const toldExecution: Goal = {
  name: 'It is told which execution that was',
  reads: [],
  dependsOn: [startedBySuccess.name],
  judge: withParts(['deployment', 'deploymentPipeline', 'rule'], ({ deploymentPipeline, rule }, assembly) => {
    const target = assembly
      .list(rule, 'Targets')
      .find((one) => assembly.pointsAt(dig(one, 'Arn'), rule, deploymentPipeline));
    const paths = assembly.text(dig(target, 'InputTransformer', 'InputPathsMap'));
    const variables = assembly.list(deploymentPipeline, 'Variables').map((one) => assembly.text(dig(one, 'Name')));
    const template = assembly.text(dig(target, 'InputTransformer', 'InputTemplate'));
    return when(paths.includes('$.detail.execution-id') && variables.some((name) => template.includes(name)), {
      seen:
        target === undefined || !paths.includes('$.detail')
          ? `${rule.name} tells ${deploymentPipeline.name} nothing`
          : `${rule.name} tells ${deploymentPipeline.name} ${template.slice(0, 80)}`,
      wanted: 'an input transformer that turns $.detail.execution-id into a variable of the pipeline',
      where: rule.where,
      next: 'declare a variable of the pipeline, and let the target of the rule set it',
    });
  }),
};

/** A buildspec with some commands, for wrong answers. */
const spec = (...commands: string[]): string => JSON.stringify({ version: '0.2', phases: { build: { commands } } });

/** What is deployed is the very image that was tried. */
export const deploysDigest: Goal = {
  name: 'It deploys the digest that this execution has pushed',
  reads: [reads(TYPE.project, 'Source.BuildSpec', spec('npx cdk deploy function', 'docker push x'))],
  judge: withParts(['deployment', 'deploymentPipeline'], ({ deployment }, assembly) => {
    const commands = commandsOf(assembly, deployment);
    const finds = commands.some(
      (one) => /describe-images|batch-get-image/.test(one) && /imageTag=["']?exec-/.test(one),
    );
    const deploys = commands.some((one) => DEPLOYS.test(one) && /imageDigest=|@\$|image-uri/i.test(one));
    return when(finds && deploys, {
      seen: finds
        ? `${deployment.name} finds the digest, and does not hand it to the deployment`
        : `${deployment.name} asks the registry for no image of exec- and the id of the execution`,
      wanted: 'the digest of the tag exec-<id of the execution>, handed to the deployment',
      where: deployment.where,
      next: 'look the digest up by that tag, and deploy with it',
    });
  }),
};

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
  tags: FIXED_TAGS.map((tag) => `${tag.slice(0, -4)}${String(age).padStart(4, '0')}`),
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

/** The images that the rules of a registry take; nothing when they can't be read. */
function takenBy(assembly: Assembly, repository: Resource, images: readonly StoredImage[]): StoredImage[] | undefined {
  try {
    return expiredImages(assembly.text(assembly.property(repository, POLICY)), images);
  } catch {
    return undefined;
  }
}

/** A registry bills what it stores. */
export const imagesExpire: Goal = {
  name: 'Old images expire',
  reads: [reads(TYPE.repository, POLICY, policy(live('live*')), policy())],
  judge: withParts(['repository'], ({ repository }, assembly) => {
    const taken = takenBy(assembly, repository, STORED);
    return when((taken?.length ?? 0) > 0, {
      seen: taken
        ? `the rules of ${repository.name} take none of ${STORED.length} images of six years`
        : held(assembly, repository, POLICY),
      wanted: 'a life-cycle rule that takes old images: a registry bills all that it stores',
      where: repository.where,
      next: 'let images expire by their number or their age',
    });
  }),
};

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
    const oldest = STORED[STORED.length - 1];
    const marks = movable(assembly, repository).map((pattern) => pattern.replaceAll('*', ''));
    const unlucky = [...marks, ...(marks.length > 0 ? [] : [''])].filter((mark) => {
      const running = { age: oldest.age, tags: [...oldest.tags, ...(mark ? [mark] : [])] };
      return takenBy(assembly, repository, [...STORED.slice(0, -1), running])?.includes(running) ?? true;
    });
    return when(unlucky.length === 0, {
      seen: `the rules of ${repository.name} take an old image${unlucky[0] ? ` with the tag ${unlucky[0]}` : ''}, whether it runs or not`,
      wanted: 'a rule ahead of the others for a tag that what runs has: what it selects is out of their reach',
      where: repository.where,
      next: 'give the tags of what runs a rule of the first priority, with a number that is never reached',
    });
  }),
};

/** The tags that a deployment moves to the image: before it begins, and once it is over. */
function marksOf(commands: readonly string[]): { readonly before: string[]; readonly after: string[] } {
  const helpers = commands.flatMap((one) => (one.includes('put-image') ? (/^(\w+)\(\)/.exec(one)?.[1] ?? []) : []));
  const markIn = (command: string): string[] => {
    const [, tag] =
      /put-image.*--image-tag[= ]["']?([\w.-]+)/.exec(command) ??
      helpers.map((name) => new RegExp(`^${name} ["']?([\\w.-]+)`).exec(command)).find(Boolean) ??
      [];
    return tag ? [tag] : [];
  };
  const deployed = commands.findIndex((one) => DEPLOYS.test(one));
  return {
    before: commands.slice(0, deployed).flatMap(markIn),
    after: commands.slice(deployed + 1).flatMap(markIn),
  };
}

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
    const { before, after } = marksOf(commandsOf(assembly, deployment));
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
    const { before, after } = marksOf(commandsOf(assembly, deployment));
    const patterns = movable(assembly, repository);
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
