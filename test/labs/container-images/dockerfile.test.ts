import { type Copy, DockerfileParser, type From, type Instruction } from 'dockerfile-ast';
import { findPattern } from '../../../blueprints/catalog';
import { checkOptions } from '../../../blueprints/options';
import { lastStep } from '../../../blueprints/pattern';
import { render } from '../../../blueprints/rendering';

/* The image without a builder: its Dockerfile is parsed, and what it copies is looked for among the files of the project. */

const pattern = findPattern('container-images');

/** What Dockerfiles may have: https://docs.docker.com/reference/dockerfile/ */
const KNOWN = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'CMD'];

describe.each(['nodejs', 'java'])('the Dockerfile of %s', (runtime) => {
  const files = render(pattern, checkOptions(pattern, { name: 'orders', runtime }), lastStep(pattern));
  const dockerfile = DockerfileParser.parse(String(files.get('Dockerfile')));
  const instructions = dockerfile.getInstructions();
  const stages = dockerfile.getFROMs();
  const of = (keyword: string): Instruction[] => instructions.filter((one) => one.getKeyword() === keyword);
  const texts = (one: Instruction): string[] => one.getArguments().map((argument) => argument.getValue());
  const copies = of('COPY') as Copy[];
  const origin = (copy: Copy): string | null | undefined => copy.getFromFlag()?.getValue();
  /** What is copied from the project. */
  const copied = copies.filter((copy) => !origin(copy)).flatMap((copy) => texts(copy).slice(0, -1));

  test('has no instruction that a builder would refuse', () => {
    expect(instructions.map((one) => one.getKeyword()).filter((keyword) => !KNOWN.includes(keyword))).toEqual([]);
    expect(stages.map((one: From) => one.getRegistry())).toEqual(['public.ecr.aws', 'public.ecr.aws']);
  });

  test('compiles in one stage, and runs another one on the base image of Lambda', () => {
    const [build, run] = stages;
    expect(build.getBuildStage()).toBe('build');
    expect(run.getBuildStage()).toBeNull();
    expect(run.getImage()).toMatch(new RegExp(`^public\\.ecr\\.aws/lambda/${runtime}:\\d+$`));
  });

  test('takes into the image that runs what the first stage has made, and nothing else', () => {
    const last = stages[1].getRange().start.line;
    const later = instructions.filter((one) => one.getRange().start.line > last);
    expect(new Set(later.map((one) => one.getKeyword()))).toEqual(new Set(['COPY', 'CMD']));
    const origins = copies.filter((copy) => later.includes(copy)).map(origin);
    expect(new Set(origins)).toEqual(new Set(['build']));
  });

  test('says no user and no entry point: Lambda has its own', () => {
    expect([...of('USER'), ...of('ENTRYPOINT')]).toEqual([]);
  });

  test('copies what the project has, and what its .dockerignore lets through', () => {
    const sources = copied.map((path) => path.replace(/\/$/, ''));
    const there = [...files.keys(), 'package.json', 'package-lock.json'];
    expect(sources.filter((path) => !there.some((file) => file === path || file.startsWith(`${path}/`)))).toEqual([]);
    const ignored = String(files.get('.dockerignore')).split('\n');
    expect(ignored).toContain('*');
    expect(sources.filter((path) => !ignored.includes(`!${path}`))).toEqual([]);
  });

  test('names a handler that there is', () => {
    const [[command]] = of('CMD').map(texts);
    const [, place, handler] = /^"?([\w.]+?)(?:\.|::)(\w+)"?$/.exec(command.replace(/[[\]"]/g, '')) ?? [];
    const source = { nodejs: `src/functions/${place}.ts`, java: `image/src/main/java/${place.replace('.', '/')}.java` };
    expect(String(files.get(source[runtime as keyof typeof source]))).toContain(` ${handler}(`);
  });
});
