import {
  type Assembly,
  asList,
  dig,
  firstFailure,
  type Goal,
  type Json,
  mayRead,
  type Resource,
  reads,
  when,
} from '../authoring';
import { TYPE, withParts } from './judging';
import { templateOf } from './parts';

/** What starts a pipeline. */
interface Start {
  /** The branch that its source builds. */
  readonly branch: string;
  /** The pushes that start it. */
  readonly pushes: readonly Push[];
  /** Whether a filter decides. */
  readonly isFiltered: boolean;
}

/** Pushes that start a pipeline. */
interface Push {
  /** To which branches. */
  readonly branches: readonly string[];
  /** But for these. */
  readonly excluded: readonly string[];
  /** The paths whose changes start it; none where it takes all. @default - its source tells of no paths */
  readonly paths?: readonly string[];
}

/** The triggers of a pipeline for pushes to branches, for wrong answers. */
const triggers = (push: Record<string, Json>): Json => [
  { ProviderType: 'CodeStarSourceConnection', GitConfiguration: { SourceActionName: 'Source', Push: [push] } },
];

function startOf(assembly: Assembly, pipeline: Resource): Start {
  const source = templateOf(assembly, pipeline).actions.find(({ kind }) => kind.startsWith('Source/'));
  const branch = assembly.text(source?.configuration.BranchName ?? source?.configuration.Branch ?? '');
  if (source?.kind === 'Source/CodeCommit') {
    const pushes = branchesOfRules(assembly, pipeline).map((one) => ({ branches: [one], excluded: [] }));
    return { branch, pushes, isFiltered: true };
  }
  const filters = assembly
    .list(pipeline, 'Triggers')
    .flatMap((trigger) => asList(dig(trigger, 'GitConfiguration', 'Push')));
  const texts = (push: Json, ...path: string[]): string[] =>
    asList(dig(push, ...path)).map((one) => assembly.text(one));
  const detects = String(source?.configuration.DetectChanges ?? 'true') === 'true' && source !== undefined;
  if (filters.length === 0) {
    return { branch, pushes: detects ? [{ branches: [branch], excluded: [], paths: [] }] : [], isFiltered: false };
  }
  return {
    branch,
    pushes: filters
      // A tag is no branch.
      .filter((push) => dig(push, 'Tags') === undefined)
      .map((push) => ({
        branches: dig(push, 'Branches', 'Includes') === undefined ? ['**'] : texts(push, 'Branches', 'Includes'),
        excluded: texts(push, 'Branches', 'Excludes'),
        paths: texts(push, 'FilePaths', 'Includes'),
      })),
    isFiltered: true,
  };
}

/** The branches of rules that start a pipeline. */
function branchesOfRules(assembly: Assembly, pipeline: Resource): string[] {
  return assembly
    .ofType('AWS::Events::Rule')
    .filter((rule) => assembly.pointsAt(assembly.property(rule, 'Targets'), rule, pipeline))
    .flatMap((rule) => assembly.list(rule, 'EventPattern.detail.referenceName'))
    .map((name) => assembly.text(name));
}

/** Nobody has to remember it. */
export const startedByPush: Goal = {
  name: 'A push to the branch starts the pipeline',
  reads: [
    mayRead(
      TYPE.pipeline,
      'Triggers',
      triggers({ Branches: { Includes: ['**'] }, FilePaths: { Includes: ['layer/**'] } }),
    ),
  ],
  judge: withParts(['pipeline'], ({ pipeline }, assembly) => {
    const { branch, pushes } = startOf(assembly, pipeline);
    const isLeftOut = pushes.some(({ excluded }) => excluded.includes(branch));
    const other = pushes.flatMap(({ branches }) => branches).find((one) => one !== branch);
    const requests = assembly
      .list(pipeline, 'Triggers')
      .some((trigger) => asList(dig(trigger, 'GitConfiguration', 'PullRequest')).length > 0);
    return firstFailure(
      () =>
        when(pushes.length > 0 && !isLeftOut, {
          seen: `no push to a branch starts ${pipeline.name}${isLeftOut ? `: its filter leaves ${branch} out` : ''}`,
          wanted: `a push to ${branch || 'the branch of its source'} that does`,
          where: pipeline.where,
          next: 'let the source start the pipeline',
        }),
      () =>
        when(!requests, {
          seen: `a pull request starts ${pipeline.name}`,
          wanted: `pushes to ${branch} alone: whatever starts the pipeline is published, merged or not`,
          where: pipeline.where,
          next: 'take pull requests out of the filter',
        }),
      () =>
        when(other === undefined, {
          seen: `a push to ${other} starts ${pipeline.name}, which builds ${branch}`,
          wanted: 'pushes to that branch, and to no other: whatever starts the pipeline is published',
          where: pipeline.where,
          next: 'name the branch in the filter',
        }),
    );
  }),
};

const LOCK = /(?:^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml)$/;

/** The lock files that the commands of a project name, or that the folders have that it copies. */
function locksOf(assembly: Assembly, project: Resource): string[] {
  const commands = assembly.text(assembly.property(project, 'Source.BuildSpec') ?? '').split('\n');
  const copied = commands.flatMap(
    (command) => /\bcp\s+([^&|;"]+)/.exec(command)?.[1].trim().split(/\s+/).slice(0, -1) ?? [],
  );
  const paths = copied.filter((path) => !path.startsWith('-')).map((path) => path.replace(/^\.\//, ''));
  const locks = paths.filter((path) => LOCK.test(path));
  return locks.length > 0 ? locks : paths.map((path) => `${path.replace(/\/(\.|\*)?$/, '')}/package-lock.json`);
}

/** A pattern of paths as CodePipeline reads it: https://docs.aws.amazon.com/codepipeline/latest/userguide/syntax-glob.html */
const globOf = (pattern: string): RegExp => {
  const source = pattern
    .replace(/[.+^$()|[\]\\?]/g, '\\$&')
    .replace(/\*+/g, (stars) => (stars.length > 1 ? '.*' : '[^/]*'))
    .replace(/\{([^}]*)\}/g, (_, alternatives: string) => `(${alternatives.replaceAll(',', '|')})`);
  return new RegExp(`^${source}$`);
};

/** A change of a README is no new layer. */
export const startedByLayer: Goal = {
  name: 'Only what changes the layer starts it',
  reads: [
    reads(
      TYPE.pipeline,
      'Triggers',
      [],
      triggers({ Branches: { Includes: ['main'] } }),
      triggers({ Branches: { Includes: ['main'] }, FilePaths: { Includes: ['**/*'] } }),
      triggers({ Branches: { Includes: ['main'] }, FilePaths: { Includes: ['elsewhere/**'] } }),
    ),
  ],
  dependsOn: [startedByPush.name],
  judge: withParts(['pipeline'], ({ pipeline }, assembly) => {
    const { pushes, isFiltered } = startOf(assembly, pipeline);
    const all = pushes.flatMap(({ paths }) => (paths === undefined ? [] : [paths]));
    // Asterisks and slashes alone find every file.
    const wide = all.flat().find((path) => /^[*/]+$/.test(path));
    const isNarrow = wide === undefined && all.every((paths) => paths.length > 0);
    const locks = assembly.ofType(TYPE.project).flatMap((project) => locksOf(assembly, project));
    const late = all.find((paths) => !paths.some((path) => locks.some((lock) => globOf(path).test(lock))));
    const name = wide ? `the path ${wide}` : 'any path';
    return firstFailure(
      () =>
        when(isNarrow, {
          seen: isFiltered
            ? `the filter of ${pipeline.name} takes ${name}`
            : `${pipeline.name} has no filter of pushes`,
          wanted: 'a filter of paths that takes the folder of the layer',
          where: pipeline.where,
          next: 'name the folder of the layer in the filter, with all that is below it',
        }),
      () =>
        when(late === undefined || locks.length === 0, {
          seen: `the filter of ${pipeline.name} takes ${late?.join(', ')}, and the build reads ${locks[0]}`,
          wanted: 'a filter of paths that takes the lock file of the layer, and whatever else is in its folder',
          where: pipeline.where,
          next: 'name the folder of the layer in the filter, with all that is below it',
        }),
    );
  }),
};

/** Versions follow the commits. */
export const queued: Goal = {
  name: 'Executions wait for each other',
  reads: [reads(TYPE.pipeline, 'ExecutionMode', 'SUPERSEDED', 'PARALLEL')],
  judge: withParts(['pipeline'], ({ pipeline }, assembly) => {
    const mode = assembly.property(pipeline, 'ExecutionMode');
    return when(mode === 'QUEUED', {
      seen: `ExecutionMode of ${pipeline.name} is ${mode === undefined ? 'not set, which means SUPERSEDED' : assembly.text(mode)}`,
      wanted: 'QUEUED: the versions of the layer then follow the commits',
      where: pipeline.where,
      next: 'let executions of the pipeline queue up',
    });
  }),
};
