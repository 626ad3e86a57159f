import { type Copy, DockerfileParser, type From, type Instruction } from 'dockerfile-ast';

/** What Dockerfiles may have: https://docs.docker.com/reference/dockerfile/ */
const KNOWN = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'CMD'];

/**
 * What the Dockerfile of a project has to be, without a builder: it is parsed, and what it copies is looked for among the files
 * of the project.
 *
 * @param files the files of the project
 * @param runtime the base image of Lambda, `nodejs` for example
 * @param sourceOf the file with the handler, by what comes before its name in CMD
 */
export function testDockerfile(
  files: ReadonlyMap<string, string | Buffer>,
  runtime: string,
  sourceOf: (place: string) => string,
): void {
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
    const sources = copied.map((path) => path.replace(/[/*]$/, ''));
    // What has an asterisk may be missing.
    const there = [...files.keys(), 'package.json', 'package-lock.json', 'vendor'];
    expect(sources.filter((path) => !there.some((file) => file === path || file.startsWith(`${path}/`)))).toEqual([]);
    const ignored = String(files.get('.dockerignore')).split('\n');
    expect(ignored).toContain('*');
    expect(sources.filter((path) => !ignored.includes(`!${path}`))).toEqual([]);
  });

  test('has the packages that a project holds itself where its lock file says, before packages are installed', () => {
    const installs = of('RUN').find((run) => texts(run).join(' ').startsWith('npm ci'));
    const line = installs?.getRange().start.line ?? 0;
    const before = copies.filter((copy) => copy.getRange().start.line < line).map(texts);
    expect(before).toEqual(
      installs
        ? [
            ['package.json', 'package-lock.json', './'],
            ['vendor*', 'vendor/'],
          ]
        : [],
    );
  });

  test('names a handler that there is', () => {
    const [[command]] = of('CMD').map(texts);
    const [, place, handler] = /^"?([\w.]+?)(?:\.|::)(\w+)"?$/.exec(command.replace(/[[\]"]/g, '')) ?? [];
    expect(String(files.get(sourceOf(place)))).toContain(` ${handler}(`);
  });
}
