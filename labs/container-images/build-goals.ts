import {
  type BuildCommand,
  firstFailure,
  type Goal,
  grantsOf,
  held,
  mayOnly,
  mayRead,
  names,
  reads,
  when,
} from '../authoring';
import { withParts } from './judging';
import { BUILDS, buildAction, PUSHES, scriptOf, TYPE, variablesOf } from './parts';

/** What may be a try of it: a container is run and waited for, or a program is. */
const TRIES =
  /^(sudo )?docker (compose |container )?(run|up)\b|^((\/\S*\/)?(sh|bash|node|npm|npx|yarn|pnpm|make|python3?|curl|mvn)|\.?\/?\S+\.(sh|js|py)|\.\/\S+)(\s|$)/;

/** What only looks as if it tried: what installs, reads a script without running it, or leaves a container behind. */
const TRIES_NOTHING = /^npm (ci|i|install)\b|^(sh|bash) -n\b|\bdocker run\b.* (-d|--detach)\b|^npx (cdk|esbuild)\b/;

/** What turns the attestations off that Docker makes by default. */
const NO_ORIGIN = /--provenance[= ]false|--attest[= ]\S*type=provenance,disabled=true/;

/** What makes an attestation of what is in the image. */
const CONTENTS = /--sbom[= ](?!false)|--attest[= ]\S*type=sbom(?!,disabled=true)/;

/** What pushing takes: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html */
const PUSH = ['ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage'];

/** What logging in takes: it is asked of the registry, and of no repository. */
const LOG_IN = 'ecr:GetAuthorizationToken';

/** A buildspec, for wrong answers. */
const spec = (phases: Readonly<Record<string, readonly string[]>>): string =>
  JSON.stringify({
    version: '0.2',
    phases: Object.fromEntries(Object.entries(phases).map(([name, commands]) => [name, { commands }])),
  });

const RIGHT_BUILD = 'docker build --provenance=false --tag "$IMAGE" .';

/** Docker runs inside of the build. */
export const pushes: Goal = {
  name: 'A build of a pipeline makes the image and pushes it',
  reads: [
    reads(TYPE.project, 'Source.BuildSpec', spec({ build: ['docker build .'] })),
    reads(TYPE.project, 'Environment.PrivilegedMode', false),
    reads(TYPE.pipeline, 'Stages'),
  ],
  judge: withParts(['build', 'imagePipeline'], ({ build }, assembly) =>
    firstFailure(
      () =>
        when(String(assembly.property(build, 'Environment.PrivilegedMode')) === 'true', {
          seen: held(assembly, build, 'Environment.PrivilegedMode'),
          wanted: 'true: without it no Docker daemon can run in the machine of the build',
          where: build.where,
          next: 'let the machine of the build be privileged',
        }),
      () =>
        when(
          scriptOf(assembly, build).commands.some(({ text }) => PUSHES.test(text)),
          {
            seen: `${build.name} makes an image, and no command of it pushes one`,
            wanted: 'docker push in its buildspec',
            where: build.where,
            next: 'push the image that was made',
          },
        ),
    ),
  ),
};

/** https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#images-reqs */
export const onePlatform: Goal = {
  name: 'The image is of one platform, without attestations',
  reads: [mayRead(TYPE.project, 'Source.BuildSpec', spec({ build: ['docker build .', 'docker push x'] }))],
  judge: withParts(['build'], ({ build }, assembly) => {
    const { commands, variables } = scriptOf(assembly, build);
    const building = commands.map(({ text }) => text).filter((text) => BUILDS.test(text));
    const platforms = building.flatMap((text) =>
      [...text.matchAll(/--platform[= ]["']?([\w/,]+)/g)].flatMap(([, named]) => named.split(',')),
    );
    const isOff = /^(1|true)$/i.test(variables.get('BUILDX_NO_DEFAULT_ATTESTATIONS') ?? '');
    return firstFailure(
      () =>
        when(isOff || building.every((text) => NO_ORIGIN.test(text)), {
          seen: `${build.name} builds the image with an attestation of its origin, as Docker does by default`,
          wanted: '--provenance=false: an attestation makes an index of the image, which Lambda refuses',
          where: build.where,
          next: 'turn provenance off where the image is built',
        }),
      () =>
        when(!building.some((text) => CONTENTS.test(text)), {
          seen: `${build.name} builds the image with an attestation of its contents (sbom)`,
          wanted: 'none: an attestation makes an index of the image, which Lambda refuses',
          where: build.where,
          next: 'leave the attestation out, and let the registry scan the image',
        }),
      () =>
        when(new Set(platforms).size < 2, {
          seen: `${build.name} builds the image for ${[...new Set(platforms)].join(' and ')}`,
          wanted: 'one platform: an image of several is an index, which Lambda refuses',
          where: build.where,
          next: 'build for the architecture of the function alone',
        }),
    );
  }),
};

/** Whether a name is that of a repository, without a tag; one that is a variable alone may have it inside. */
function isUntagged(name: string): boolean {
  return name.includes('/') && !/[:@$]/.test(name.slice(name.lastIndexOf('/')));
}

/** What an image is pushed as: the last word of a push, or the tags of a build that pushes. */
function pushedAs(text: string): string[] {
  const words = text
    .replace(/\s--tag=/g, ' --tag ')
    .split(/\s+/)
    .map((word) => word.replace(/["']/g, ''));
  const tags = words.filter((_, index) => ['-t', '--tag'].includes(words[index - 1]));
  return BUILDS.test(text) ? tags : words.slice(-1);
}

/** The event of the success will bring the execution's id, and nothing else. */
export const taggedByExecution: Goal = {
  name: 'It is pushed by the execution, and never as latest',
  reads: [
    mayRead(
      TYPE.project,
      'Source.BuildSpec',
      spec({ build: [RIGHT_BUILD, 'docker push "$URI:latest"'] }),
      spec({ build: [RIGHT_BUILD, 'docker push "$URI:$REVISION"'] }),
    ),
  ],
  judge: withParts(['build', 'imagePipeline'], ({ build, imagePipeline }, assembly) => {
    const texts = scriptOf(assembly, build).commands.map(({ text }) => text);
    const pushing = texts.filter((text) => PUSHES.test(text));
    // All tags of a repository are pushed at once, whatever command has given them.
    const isAll = pushing.some((text) => / (-a|--all-tags)\b/.test(text));
    const naming = texts.filter((text) => BUILDS.test(text) || /\bdocker (image )?tag\b/.test(text));
    const pushed = (isAll ? naming : pushing).flatMap(pushedAs);
    const latest = pushed.find((name) => name.endsWith(':latest') || isUntagged(name));
    const given = variablesOf(assembly, buildAction(assembly, imagePipeline, build));
    const ids = given.filter(([, value]) => value.includes('PipelineExecutionId'));
    return firstFailure(
      () =>
        when(latest === undefined, {
          seen: `${build.name} pushes ${latest}, which is ${latest?.endsWith(':latest') ? 'a tag that has to move' : 'latest, as it names no tag'}`,
          wanted: 'tags that say which image it is: latest can be pushed once, and then never again',
          where: build.where,
          next: 'take the tag from the commit and from the execution',
        }),
      () =>
        when(
          ids.some(([name]) => pushed.some((one) => new RegExp(`exec-\\$\\{?${name}\\b`).test(one))),
          {
            seen: `${build.name} pushes no tag of exec- and the id of the execution`,
            wanted:
              'exec-<id of the execution>: the event of its success will know that id, and neither commit nor digest',
            where: build.where,
            next: 'hand the id of the execution to the build, and push the image by it, too',
          },
        ),
    );
  }),
};

/** Rights to push are rights to replace what others deploy. */
export const pushesThere: Goal = {
  name: 'The build may push to that registry and no other',
  reads: [reads(TYPE.policy, 'PolicyDocument', { Statement: [{ Effect: 'Allow', Action: 'ecr:*', Resource: '*' }] })],
  judge: withParts(['repository', 'build', 'buildRole'], ({ repository, buildRole }, assembly) =>
    firstFailure(
      () =>
        mayOnly(assembly, {
          role: buildRole,
          actions: PUSH,
          on: repository,
          kind: 'repository',
          next: 'grant the role of the build what pushing takes, on the repository',
        }),
      () =>
        when(
          grantsOf(assembly, buildRole).some((statement) => names(statement, LOG_IN)),
          {
            seen: `${buildRole.name} may not do ${LOG_IN}, so that it can't log in to the registry`,
            wanted: `a role that may do ${LOG_IN}, which names no resource`,
            where: buildRole.where,
            next: 'grant the role of the build the token of the registry, on *',
          },
        ),
    ),
  ),
};

const TRY = 'sh image/try.sh';
const PUSH_IT = 'docker push "$IMAGE"';

/** What nobody has run is not pushed. */
export const tried: Goal = {
  name: 'The image is tried before anything is pushed',
  reads: [
    reads(
      TYPE.project,
      'Source.BuildSpec',
      spec({ build: [RIGHT_BUILD, PUSH_IT] }),
      spec({ build: [RIGHT_BUILD, PUSH_IT, TRY] }),
      spec({ build: [TRY, RIGHT_BUILD, PUSH_IT] }),
    ),
  ],
  judge: withParts(['build'], ({ build }, assembly) => {
    const tries = triesOf(scriptOf(assembly, build).commands);
    return when(tries.length > 0, {
      seen: `no command of ${build.name} between docker build and the first docker push runs the image`,
      wanted: 'a command there that runs the image and looks at its answer',
      where: build.where,
      next: 'let a check run in the build, after the image is made and before it is pushed',
    });
  }),
};

/** The commands that may try the image: between the last one that makes it and the first one that pushes it. */
function triesOf(commands: readonly BuildCommand[]): readonly BuildCommand[] {
  const pushed = commands.findIndex(({ text }) => PUSHES.test(text));
  const built = commands.slice(0, pushed).findLastIndex(({ text }) => BUILDS.test(text));
  return built < 0
    ? []
    : commands.slice(built + 1, pushed).filter(({ text }) => TRIES.test(text) && !TRIES_NOTHING.test(text));
}

/** What a phase behind a failed one asks, before it does anything. */
const ASKS = /CODEBUILD_BUILD_SUCCEEDING/;

/** https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html */
export const failedTryEnds: Goal = {
  name: 'A try that fails pushes nothing',
  reads: [
    mayRead(
      TYPE.project,
      'Source.BuildSpec',
      spec({ build: [RIGHT_BUILD, TRY], post_build: [PUSH_IT] }),
      spec({ build: [RIGHT_BUILD, `${TRY} || true`, PUSH_IT] }),
    ),
  ],
  dependsOn: [tried.name],
  judge: withParts(['build'], ({ build }, assembly) => {
    const { commands } = scriptOf(assembly, build);
    const tries = triesOf(commands);
    const pushing = commands.find(({ text }) => PUSHES.test(text));
    const forgiven = tries.every(({ isForgiven }) => isForgiven) ? tries[0] : undefined;
    const tolerant = tries.find(({ phase }) => phase !== pushing?.phase && phase.onFailure === 'CONTINUE');
    const isLate =
      pushing?.phase.name === 'post_build' &&
      tries.some(({ phase }) => phase.name === 'build' && phase.onFailure !== 'ABORT') &&
      !pushing.phase.commands.some((one) => ASKS.test(one));
    return firstFailure(
      () =>
        when(!isLate, {
          seen: `${build.name} pushes in the phase post_build, which runs after a build that failed, too`,
          wanted: 'a push that no failed try is followed by: in the same phase, behind it',
          where: build.where,
          next: 'move the push into the phase build',
        }),
      () =>
        when(forgiven === undefined, {
          seen: `${build.name} goes on when the try fails: ${forgiven?.statement.slice(0, 60)}`,
          wanted: 'a try whose exit code ends the build: the last one of its command, or one behind set -e',
          where: build.where,
          next: 'let the command of the try fail',
        }),
      () =>
        when(tolerant === undefined, {
          seen: `the phase ${tolerant?.phase.name} of ${build.name} says on-failure: CONTINUE, and the push is in a later one`,
          wanted: 'a try whose exit code ends the build',
          where: build.where,
          next: 'let a phase that fails end the build',
        }),
    );
  }),
};
