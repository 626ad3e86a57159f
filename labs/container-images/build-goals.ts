import { asList, dig, firstFailure, type Goal, held, mayOnly, mayRead, reads, when } from '../authoring';
import { withParts } from './judging';
import { buildAction, commandsOf, PUSHES, phasesOf, TYPE } from './parts';

/** What makes an image. */
const BUILDS = /\bdocker (buildx )?build\b/;

/** What may be a try of it: it is run, or a program is. */
const TRIES = /\bdocker run\b|^(sh|bash|node|npm|npx|make|python3?) |^\.\//;

/** What pushing takes: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html */
const PUSH = ['ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage'];

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
    when(String(assembly.property(build, 'Environment.PrivilegedMode')) === 'true', {
      seen: held(assembly, build, 'Environment.PrivilegedMode'),
      wanted: 'true: without it no Docker daemon can run in the machine of the build',
      where: build.where,
      next: 'let the machine of the build be privileged',
    }),
  ),
};

/** https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#images-reqs */
export const onePlatform: Goal = {
  name: 'The image is of one platform, without attestations',
  reads: [mayRead(TYPE.project, 'Source.BuildSpec', spec({ build: ['docker build .', 'docker push x'] }))],
  judge: withParts(['build'], ({ build }, assembly) => {
    const building = commandsOf(assembly, build).find((one) => BUILDS.test(one));
    const platforms = /--platform[= ]"?([\w/,]+)/.exec(building ?? '')?.[1].split(',') ?? [];
    return firstFailure(
      () =>
        when(/--provenance[= ]false|BUILDX_NO_DEFAULT_ATTESTATIONS=1/.test(commandsOf(assembly, build).join('\n')), {
          seen: `${build.name} builds the image with an attestation of its origin, as Docker does by default`,
          wanted: '--provenance=false: an attestation makes an index of the image, which Lambda refuses',
          where: build.where,
          next: 'turn provenance off where the image is built',
        }),
      () =>
        when(platforms.length < 2, {
          seen: `${build.name} builds the image for ${platforms.join(' and ')}`,
          wanted: 'one platform: an image of several is an index, which Lambda refuses',
          where: build.where,
          next: 'build for the architecture of the function alone',
        }),
    );
  }),
};

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
    const commands = commandsOf(assembly, build).join('\n');
    const given = dig(buildAction(assembly, imagePipeline, build), 'Configuration', 'EnvironmentVariables');
    const ids = variablesIn(assembly.text(given)).filter(([, value]) => value.includes('PipelineExecutionId'));
    return firstFailure(
      () =>
        when(!/:latest\b/.test(commands), {
          seen: `${build.name} tags images as latest`,
          wanted: 'tags that say which image it is: latest can be pushed once, and then never again',
          where: build.where,
          next: 'take the tag from the commit and from the execution',
        }),
      () =>
        when(
          ids.some(([name]) => new RegExp(`exec-["']?\\$\\{?${name}\\b`).test(commands)),
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

/** The variables that an action gives its build: JSON, as text. */
function variablesIn(text: string): [string, string][] {
  try {
    return asList(JSON.parse(text)).map((one) => [String(dig(one, 'name')), String(dig(one, 'value'))]);
  } catch {
    return [];
  }
}

/** Rights to push are rights to replace what others deploy. */
export const pushesThere: Goal = {
  name: 'The build may push to that registry and no other',
  reads: [reads(TYPE.policy, 'PolicyDocument', { Statement: [{ Effect: 'Allow', Action: 'ecr:*', Resource: '*' }] })],
  judge: withParts(['repository', 'build', 'buildRole'], ({ repository, buildRole }, assembly) =>
    mayOnly(assembly, {
      role: buildRole,
      actions: PUSH,
      on: repository,
      kind: 'repository',
      next: 'grant the role of the build what pushing takes, on the repository',
    }),
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
    const commands = commandsOf(assembly, build);
    const built = commands.findIndex((one) => BUILDS.test(one));
    const pushed = commands.findIndex((one) => PUSHES.test(one));
    return when(
      commands.slice(built + 1, pushed).some((one) => TRIES.test(one)),
      {
        seen: `no command of ${build.name} between docker build and the first docker push runs the image`,
        wanted: 'a command there that runs the image and looks at its answer',
        where: build.where,
        next: 'let a check run in the build, after the image is made and before it is pushed',
      },
    );
  }),
};

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
    const phases = phasesOf(assembly, build);
    const late = phases.find(({ name, commands }) => name === 'post_build' && commands.some((one) => PUSHES.test(one)));
    const forgiven = phases
      .flatMap(({ commands }) => commands)
      .find((one) => TRIES.test(one) && /\|\|\s*(true|:|echo)\b|;\s*true\b|\bset \+e\b/.test(one));
    return firstFailure(
      () =>
        when(late === undefined, {
          seen: `${build.name} pushes in the phase post_build, which runs after a build that failed, too`,
          wanted: 'a push in the same phase as the try, behind it',
          where: build.where,
          next: 'move the push into the phase build',
        }),
      () =>
        when(forgiven === undefined, {
          seen: `${build.name} goes on when the try fails: ${forgiven?.slice(0, 60)}`,
          wanted: 'a try whose exit code ends the build',
          where: build.where,
          next: 'let the command of the try fail',
        }),
    );
  }),
};
