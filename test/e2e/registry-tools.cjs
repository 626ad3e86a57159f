/*
 * What stands for docker, aws and curl while the builds of pipelines run in tests: the first argument says which. Images are
 * manifests, and an emulator of Amazon ECR keeps them. It fails as the real ones do, with an exit code.
 */
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const {
  BatchGetImageCommand,
  DescribeImagesCommand,
  ECRClient,
  PutImageCommand,
} = require('@aws-sdk/client-ecr');

const { BUILT_IMAGES, IMAGE_CONTENT, IMAGE_ANSWER, REPOSITORY_NAME: repositoryName } = process.env;
const ecr = new ECRClient({});
const [, , tool, ...args] = process.argv;

/** The value behind a flag. */
const flag = (name) => args[args.indexOf(name) + 1];

/** The images of the machine of a build, by their references. */
const file = join(BUILT_IMAGES, 'images.json');
const images = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const keep = (reference, manifest) => writeFileSync(file, JSON.stringify({ ...images, [reference]: manifest }));

const manifestOf = (content) =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: content.length, digest: content },
    layers: [],
  });

const tagOf = (reference) => reference.slice(reference.lastIndexOf(':') + 1);
const put = (imageTag, imageManifest) => ecr.send(new PutImageCommand({ repositoryName, imageTag, imageManifest }));
const found = async (command, imageId) => {
  const { images: all = [] } = await ecr.send(new command({ repositoryName, imageIds: [imageId] }));
  return all[0]?.imageManifest;
};

const docker = {
  login: () => {},
  run: () => {},
  stop: () => {},
  build: () => keep(flag('--tag'), manifestOf(IMAGE_CONTENT)),
  pull: async ([reference]) => {
    const manifest = await found(BatchGetImageCommand, { imageTag: tagOf(reference) });
    if (!manifest) {
      throw new Error('manifest unknown');
    }
    keep(reference, manifest);
  },
  tag: ([from, to]) => keep(to, images[from]),
  push: ([reference]) => put(tagOf(reference), images[reference]),
};

const imageId = () => Object.fromEntries([flag('--image-ids').split('=')]);

const aws = {
  'get-login-password': () => 'password',
  'describe-images': async () => {
    const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [imageId()] }));
    return imageDetails[0].imageDigest;
  },
  'batch-get-image': () => found(BatchGetImageCommand, imageId()),
  'put-image': () => put(flag('--image-tag'), flag('--image-manifest')).then(() => undefined),
};

const tools = {
  docker: () => docker[args[0]](args.slice(1)),
  aws: () => aws[args[1]](),
  curl: () => IMAGE_ANSWER,
};

Promise.resolve()
  .then(tools[tool])
  .then(
    (printed) => typeof printed === 'string' && process.stdout.write(`${printed}\n`),
    (error) => {
      process.stderr.write(`${tool}: ${error.name} ${error.message}\n`);
      process.exitCode = 1;
    },
  );
