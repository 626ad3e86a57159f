import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { findPattern } from '../../blueprints/catalog';
import { checkOptions } from '../../blueprints/options';
import { lastStep } from '../../blueprints/pattern';
import { render } from '../../blueprints/rendering';
import { run } from '../support/commands';
import { type RuntimeApi, startRuntimeApi } from '../support/runtime-api';

/*
 * What an image of Java runs, without a builder: Maven builds and tests it by the commands of the Dockerfile, and the runtime
 * interface client of AWS, which the base image has, runs its handler as a process behind the Runtime API. It needs a JDK from
 * 17 on, and Maven.
 */

const CLIENT = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>client</groupId>
  <artifactId>client</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.amazonaws</groupId>
      <artifactId>aws-lambda-java-runtime-interface-client</artifactId>
      <version>2.10.1</version>
    </dependency>
  </dependencies>
</project>
`;

const MAIN = 'com.amazonaws.services.lambda.runtime.api.client.AWSLambda';

/** Whether this machine can build it. */
const hasMaven = spawnSync('mvn', ['--version'], { stdio: 'ignore' }).status === 0;

let folder: string;
let api: RuntimeApi;
let child: ChildProcess | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'java-image-'));
  api = await startRuntimeApi();
});

afterAll(() => {
  child?.kill();
  api.close();
  rmSync(folder, { recursive: true, force: true });
});

(hasMaven ? test : test.skip)('the classes of Java answer as a process of the runtime interface client', async () => {
  const pattern = findPattern('container-images');
  const files = render(pattern, checkOptions(pattern, { name: 'orders', runtime: 'java' }), lastStep(pattern));
  for (const [path, content] of [...files].filter(([name]) => name.startsWith('image/'))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const image = join(folder, 'image');
  const dockerfile = String(files.get('Dockerfile'));
  const [, building] = /^RUN mvn (.*\bpackage\b.*)$/m.exec(dockerfile) as RegExpExecArray;
  const [, handler] = /^CMD \["(.+)"\]$/m.exec(dockerfile) as RegExpExecArray;
  run(image, 'mvn', building.split(' '));
  writeFileSync(join(folder, 'client.xml'), CLIENT);
  const copying = ['--file', 'client.xml', 'dependency:copy-dependencies', '-DoutputDirectory=client'];
  run(folder, 'mvn', ['--batch-mode', ...copying]);

  const path = [
    join(image, 'target', 'classes'),
    join(image, 'target', 'dependency', '*'),
    join(folder, 'client', '*'),
  ];
  child = spawn('java', ['-classpath', path.join(delimiter), MAIN, handler], {
    cwd: folder,
    env: { PATH: process.env.PATH, AWS_LAMBDA_RUNTIME_API: api.address, LAMBDA_TASK_ROOT: image },
    stdio: 'ignore',
  });
  expect(await api.invoke({ name: 'image' })).toEqual({ kind: 'response', body: { greeting: 'Hello, image!' } });
  expect(await api.invoke({})).toMatchObject({
    kind: 'error',
    body: { errorType: 'java.lang.IllegalArgumentException', errorMessage: expect.stringContaining('no name') },
  });
});
