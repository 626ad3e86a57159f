import {
  type Assembly,
  type BuildScript,
  type Buildspec,
  buildScript,
  failed,
  firstFailure,
  type Goal,
  type Json,
  mayRead,
  type Resource,
  readBuildspec,
  reads,
  type ShellCommand,
  type Verdict,
  when,
} from '../authoring';
import { TYPE, withParts } from './judging';
import { projectsOf, publishingOf, templateOf } from './parts';

/** A buildspec with some commands, for wrong answers. */
const spec = (commands: readonly string[], files = '**/*', rest: Record<string, Json> = {}): string =>
  JSON.stringify({
    version: '0.2',
    phases: { build: { commands } },
    artifacts: { 'base-directory': 'opt', files: [files], ...rest },
  });

const INSTALL = 'npm ci --prefix opt/nodejs --omit=dev';

/** A judgement of the buildspec of a project; one that can't be read is the failure. */
function withSpec(assembly: Assembly, project: Resource, judge: (build: Buildspec) => Verdict): Verdict {
  const text = assembly.text(assembly.property(project, 'Source.BuildSpec') ?? '');
  try {
    return judge(readBuildspec(text));
  } catch (error) {
    const isSet = text !== '';
    return failed({
      seen: isSet
        ? `the buildspec of ${project.name} can't be read here: ${(error as Error).message.split('\n')[0]}`
        : `BuildSpec of ${project.name} is not set`,
      wanted: 'a buildspec in the template, of version 0.2',
      where: project.where,
      next: isSet ? 'mend the buildspec of the project' : 'give the project its buildspec as text',
    });
  }
}

/** A pipeline that is billed by use, and can filter what starts it. */
export const pipelineBuilds: Goal = {
  name: 'A pipeline of the second type builds the layer',
  reads: [reads(TYPE.pipeline, 'PipelineType', 'V1'), reads(TYPE.pipeline, 'Stages', [])],
  judge: withParts(['pipeline', 'project'], ({ pipeline }, assembly) => {
    const type = assembly.property(pipeline, 'PipelineType');
    return when(type === 'V2', {
      seen: `PipelineType of ${pipeline.name} is ${type === undefined ? 'not set, which means V1' : assembly.text(type)}`,
      wanted: 'V2: it is billed by the minute, not by the month, and knows triggers and retries',
      where: pipeline.where,
      next: 'choose the second type of pipelines',
    });
  }),
};

/** What installs what a lock file says, and fails where it can't. */
const LOCKED = /\bnpm (ci|clean-install)\b|--(frozen-lockfile|immutable|require-hashes)\b/;

/** Whoever builds the same commit gets the same layer. */
export const lockFile: Goal = {
  name: 'The build installs what the lock file says',
  reads: [
    reads(
      TYPE.project,
      'Source.BuildSpec',
      spec(['npm install --prefix opt/nodejs']),
      spec([`${INSTALL} || npm install --prefix opt/nodejs`]),
    ),
  ],
  judge: withParts(['project'], ({ project }, assembly) =>
    withSpec(assembly, project, (build) => {
      const installs = buildScript(assembly, project, build).commands.filter(({ text }) => LOCKED.test(text));
      return when(
        installs.some(({ isForgiven }) => !isForgiven),
        {
          seen: installs[0]
            ? `${project.name} goes on where this fails: ${installs[0].statement}`
            : `no command of ${project.name} installs by a lock file`,
          wanted: 'a build that installs the versions of package-lock.json, and fails where it does not fit',
          where: project.where,
          next: 'let the build install with the command of npm that takes the lock file as it is',
        },
      );
    }),
  ),
};

/** CodeBuild packs an artifact: a zip that the build itself has packed would be a zip in a zip. */
export const artifactIsLayer: Goal = {
  name: 'What the build makes is the layer itself',
  reads: [
    mayRead(
      TYPE.project,
      'Source.BuildSpec',
      spec([INSTALL, 'zip -r layer.zip opt'], 'layer.zip'),
      spec([INSTALL], '**/*', { 'base-directory': 'opt/nodejs' }),
      spec([INSTALL], '**/*', { 'discard-paths': 'yes' }),
    ),
  ],
  dependsOn: [lockFile.name],
  judge: withParts(['project'], ({ project }, assembly) =>
    withSpec(assembly, project, (build) => {
      const { artifact } = build;
      const zip = artifact?.files.find((file) => file.endsWith('.zip'));
      const wanted = 'the folder that Lambda unpacks to /opt as the artifact, with the packages in nodejs/node_modules';
      return firstFailure(
        () =>
          when(artifact !== undefined && zip === undefined, {
            seen: artifact
              ? `the artifact of ${project.name} is ${zip}, which CodeBuild packs into another zip`
              : `the buildspec of ${project.name} names no artifact`,
            wanted,
            where: project.where,
            next: 'name all files of that folder as the artifact, and leave the packing to CodeBuild',
          }),
        () =>
          when(!artifact?.discardPaths && !artifact?.baseDirectory.split('/').includes('nodejs'), {
            seen: artifact?.discardPaths
              ? `the files of the artifact of ${project.name} lose their folders (discard-paths)`
              : `the artifact of ${project.name} begins in ${artifact?.baseDirectory}, so that nodejs is no folder of it`,
            wanted,
            where: project.where,
            next: 'let the artifact begin in the folder that holds nodejs, with all paths below it',
          }),
        () =>
          when(
            artifact?.baseDirectory !== '.' &&
              buildScript(assembly, project, build).commands.some(({ text }) => text.includes('nodejs')),
            {
              seen: `the artifact of ${project.name} begins in ${artifact?.baseDirectory}, and holds no folder nodejs`,
              wanted,
              where: project.where,
              next: 'install into the folder nodejs of a folder of its own, and let the artifact begin in that',
            },
          ),
      );
    }),
  ),
};

/** The stage behind the build. */
export const functionPublishes: Goal = {
  name: 'A function gets what was built, and publishes it',
  reads: [mayRead(TYPE.pipeline, 'Stages', [{ Name: 'Source', Actions: [] }])],
  judge: withParts(['pipeline', 'distributor'], ({ pipeline, distributor }, assembly) => {
    const { actions } = templateOf(assembly, pipeline);
    const built = actions.filter(({ kind }) => kind === 'Build/CodeBuild').flatMap(({ outputs }) => outputs);
    const other = publishingOf(assembly, pipeline, distributor).find(
      ({ inputs }) => !inputs.some((name) => built.includes(name)),
    );
    return when(other === undefined, {
      seen: `the action ${other?.name} has ${other?.inputs.join(', ') || 'nothing'} as its input`,
      wanted: `the artifact that the build makes: ${built.join(', ') || 'it makes none yet'}`,
      where: pipeline.where,
      next: 'give the action the output of the build',
    });
  }),
};

/** A layer is for one architecture as soon as a package has compiled parts. */
export const architecture: Goal = {
  name: 'It is built on the architecture that it says',
  reads: [reads(TYPE.project, 'Environment.Type', 'LINUX_CONTAINER')],
  judge: withParts(['pipeline', 'project', 'distributor'], ({ pipeline, project, distributor }, assembly) => {
    const type = assembly.property(project, 'Environment.Type');
    const built = type !== undefined && assembly.text(type).startsWith('ARM_') ? 'arm64' : 'x86_64';
    const other = publishingOf(assembly, pipeline, distributor).find(({ told }) => told.architecture !== built);
    return firstFailure(
      () =>
        when(type !== undefined, {
          seen: `Type of the environment of ${project.name} is not set`,
          wanted: 'a machine of the architecture that the layer is for',
          where: project.where,
          next: 'give the project a build image',
        }),
      () =>
        when(other === undefined, {
          seen: `the action ${other?.name} says ${assembly.text(other?.told.architecture ?? 'nothing')}, and ${project.name} builds on ${built}`,
          wanted: 'one architecture for the build and for each version',
          where: project.where,
          next: 'build on the architecture that the layer is for',
        }),
    );
  }),
};

/** What only moves files, installs, or tells a version: nothing of it fails because a package is no good. */
const MOVES =
  /^(\[ |test |(true|:|mkdir|cp|mv|rm|cd|ls|cat|echo|printf|export|set|zip|npm (ci|clean-install|install|prune)|(yarn|pnpm)\b.*\binstall)\b)|--version\b/;

/** What is tried in the projects of a pipeline, and the variables that their builds have. */
interface Trying {
  /** The commands that try what was installed before, wherever there is an installation. */
  readonly tries: readonly ShellCommand[];
  /** Of each build, what it sets to plain text. */
  readonly variables: ReadonlyArray<ReadonlyMap<string, string>>;
}

function triesOf(commands: readonly ShellCommand[]): readonly ShellCommand[] {
  const installed = commands.findIndex(({ text }) => LOCKED.test(text));
  return commands.slice(installed + 1).filter(({ text }) => !MOVES.test(text));
}

/** A judgement of the commands that try the layer, in all projects of the pipeline. */
function withTries(judge: (trying: Trying, project: Resource) => Verdict) {
  return withParts(['pipeline', 'project'], ({ pipeline, project }, assembly) => {
    const scripts: BuildScript[] = [];
    const unread = projectsOf(assembly, templateOf(assembly, pipeline))
      .map((one) =>
        withSpec(assembly, one, (build) => {
          scripts.push(buildScript(assembly, one, build));
          return { passed: true };
        }),
      )
      .find(({ passed }) => !passed);
    const tries = scripts.flatMap(({ commands }) => triesOf(commands));
    return unread ?? judge({ tries, variables: scripts.map(({ variables }) => variables) }, project);
  });
}

/** What is broken fails here, and not in functions. */
export const tried: Goal = {
  name: 'The build tries the packages',
  reads: [
    reads(TYPE.project, 'Source.BuildSpec', spec([INSTALL]), spec(['node layer/check.js', INSTALL, 'node --version'])),
  ],
  judge: withTries(({ tries }, project) =>
    when(tries.length > 0, {
      seen: `the commands of ${project.name} install and move files, and try nothing`,
      wanted: 'a command that fails where the packages do not do what functions need',
      where: project.where,
      next: 'give the pipeline a check: a small program in the folder of the layer that uses its packages',
    }),
  ),
};

/** A check that finds the packages elsewhere says nothing of the layer. */
export const triedAsFunction: Goal = {
  name: 'It finds them where a function would',
  reads: [mayRead(TYPE.project, 'Source.BuildSpec', spec([INSTALL, 'node layer/check.js']))],
  dependsOn: [tried.name],
  judge: withTries(({ variables }, project) =>
    when(
      variables.some((known) => /nodejs\/node_modules/.test(known.get('NODE_PATH') ?? '')),
      {
        seen: `no command of ${project.name} sets NODE_PATH to the packages of the layer`,
        wanted: 'NODE_PATH with the nodejs/node_modules of the layer, as the runtimes of Node.js have it',
        where: project.where,
        next: 'set NODE_PATH before the check runs',
      },
    ),
  ),
};

/** A failing check is not only printed. */
export const triedInEarnest: Goal = {
  name: 'A check that fails stops the pipeline',
  reads: [
    mayRead(
      TYPE.project,
      'Source.BuildSpec',
      spec([INSTALL, 'export NODE_PATH=opt/nodejs/node_modules', 'node layer/check.js || true']),
    ),
  ],
  dependsOn: [tried.name],
  judge: withTries(({ tries }, project) => {
    const forgiven = tries.every(({ isForgiven }) => isForgiven) ? tries[0] : undefined;
    return when(forgiven === undefined, {
      seen: `${project.name} goes on where a check fails: ${forgiven?.statement}`,
      wanted: 'a build that fails with its check, so that nothing is published',
      where: project.where,
      next: 'let the command of the check end as the check ends',
    });
  }),
};
