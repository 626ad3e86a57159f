import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { stringify } from 'yaml';
import { Assembly } from '../../../../labs/engine/assembly';
import type { Json } from '../../../../labs/engine/json';
import type { InvokedJob, Reported } from '../../../../labs/engine/rehearsal/rehearse';
import {
  assemblyOf,
  build,
  commands,
  inProject,
  oneBuild,
  rehearsed,
  root,
  STACK,
  source,
  type TestAction,
} from './rehearsing';

inProject();

/** What `sh` is on this machine: that of macOS is a bash. */
const sh = spawnSync('sh', ['-c', '[ -z "$BASH_VERSION" ] || echo bash'], { encoding: 'utf8' }).stdout.trim();

/** An action that calls the function. */
const invocation = (name: string, parameters: object = {}): TestAction => ({
  name,
  category: 'Invoke',
  provider: 'Lambda',
  inputs: ['Sources'],
  namespace: name,
  configuration: { FunctionName: { Ref: 'Distributor' }, UserParameters: JSON.stringify(parameters) },
});

test('the files of the project are the sources of a build', async () => {
  const { lines, by } = await rehearsed(oneBuild(commands('cat order.txt')));
  expect(lines).toEqual(['$ cat order.txt', 'an order']);
  expect(by('Build').outcome).toBe('passed');
});

test('what git ignores is no source', async () => {
  const git = (...args: string[]) => expect(spawnSync('git', args, { cwd: join(root, 'project') }).status).toBe(0);
  writeFileSync(join(root, 'project', '.gitignore'), 'secret.txt');
  writeFileSync(join(root, 'project', 'secret.txt'), 'mine');
  git('init', '-q');
  const { lines } = await rehearsed(oneBuild(commands('ls -A')));
  expect(lines).toEqual(['$ ls -A', '.gitignore', 'order.txt']);
});

/** Odd values, each as a command of a buildspec that assigns it, and as it is read again. */
const odd = ["'two  words'", '\'a "quoted" $one and `another`\'', '"it\'s"', "'back\\slash'", "'line\nline'", "''"];

test.each(['sh', 'bash'])('of a command of %s its folder and its variables are kept', async (shell) => {
  const phases = {
    install: { commands: ['mkdir deep', 'cd deep', ...odd.map((value, index) => `V${index}=${value}`)] },
    build: {
      commands: [
        'pwd | grep -o "deep$"',
        ...odd.map((value, index) => `[ "$V${index}" = ${value} ] && printenv V${index} >/dev/null`),
      ],
    },
  };
  const { lines, by } = await rehearsed(oneBuild({ env: { shell }, phases }));
  expect(by('Build')).toMatchObject({ outcome: 'passed' });
  expect(lines).toContain('deep');
});

test.each([
  ['a function', 'sh', 'greet() { :; }', 'greet'],
  ['a function', 'bash', 'greet() { :; }', 'greet'],
  ['an array', 'bash', 'ALL=(1 2 3)', '[ "$ALL" = 1 ]'],
  ['an associative array', 'bash', 'declare -A ALL; ALL[one]=1', 'declare -p ALL | grep -q one'],
  ['an option of the shell', 'sh', 'set -f', 'case $- in *f*) ;; *) false ;; esac'],
  ['what an exit follows', 'sh', 'A=1; exit 0', '[ "$A" = 1 ]'],
])('%s of a command of %s is not kept', async (_, shell, command, use) => {
  const both = await rehearsed(oneBuild({ env: { shell }, ...commands(`${command}\n${use}`) }));
  const { by } = await rehearsed(oneBuild({ env: { shell }, ...commands(command, use) }));
  expect(both.by('Build').outcome).toBe('passed');
  expect(by('Build')).toMatchObject({ outcome: 'failed', phases: [{ failed: use }] });
});

test('a shell is sh where the buildspec names none', async () => {
  const { lines } = await rehearsed(oneBuild(commands('echo "[$BASH_VERSION]"')));
  expect(lines.at(-1)).toMatch(sh === 'bash' ? /^\[\d/ : /^\[\]$/);
  const named = await rehearsed(oneBuild({ env: { shell: 'bash' }, ...commands('echo "[$BASH_VERSION]"') }));
  expect(named.lines.at(-1)).toMatch(/^\[\d/);
});

test('a shell that is none of Linux is named', async () => {
  const { lines, by } = await rehearsed(oneBuild({ env: { shell: 'powershell.exe' }, ...commands('dir') }));
  const why = 'its shell is powershell.exe, and only sh, /bin/sh, bash are followed here';
  expect(by('Build')).toMatchObject({ outcome: 'not-rehearsed', why });
  expect(lines).toEqual([]);
});

test('a command that exits without an error ends itself alone', async () => {
  const { lines, by } = await rehearsed(oneBuild(commands('exit 0', 'echo next', 'false')));
  expect(lines).toEqual(['$ exit 0', '$ echo next', 'next', '$ false']);
  expect(by('Build')).toMatchObject({ outcome: 'failed', why: 'build: false ended with 1' });
});

test('a command finds nothing of the rehearsal itself among its variables', async () => {
  const { lines } = await rehearsed(oneBuild(commands('true', 'env', 'set')));
  expect(lines.filter((line) => /^atelier/i.test(line))).toEqual([]);
  expect(lines).toContain('CODEBUILD_LAST_EXIT=0');
});

test('a command that ends no line does not hide the next one', async () => {
  const { lines } = await rehearsed(oneBuild(commands('printf one', 'printf two; exit 2')));
  expect(lines).toEqual(['$ printf one', 'one', '$ printf two; exit 2', 'two']);
});

test('a command that fails ends its phase, what is said with finally still runs, and post_build comes after a build', async () => {
  const phases = {
    build: { commands: ['echo first', 'false', 'echo never'], finally: ['echo in any case'] },
    post_build: { commands: ['echo succeeding: $CODEBUILD_BUILD_SUCCEEDING'] },
  };
  const { lines, by } = await rehearsed(oneBuild({ phases }));
  expect(lines.filter((line) => !line.startsWith('$'))).toEqual(['first', 'in any case', 'succeeding: 0']);
  expect(by('Build')).toMatchObject({
    outcome: 'failed',
    why: 'build: false ended with 1',
    phases: [
      { phase: 'build', passed: false, failed: 'false', code: 1 },
      { phase: 'post_build', passed: true },
    ],
  });
});

test('a shell that ends at the first error is one, and what is said with finally still runs', async () => {
  const phases = { build: { commands: ['set -e\nfalse\necho never'], finally: ['echo in any case'] } };
  const { lines, by } = await rehearsed(oneBuild({ phases }));
  expect(lines.filter((line) => !line.startsWith('$'))).toEqual(['in any case']);
  expect(by('Build').outcome).toBe('failed');
});

test('nothing is built after a phase before it has failed, by exit as well', async () => {
  const phases = {
    pre_build: { commands: ['exit 3'] },
    build: { commands: ['echo never'] },
    post_build: { commands: ['echo never'] },
  };
  const { lines, by } = await rehearsed(oneBuild({ phases }));
  expect(lines).toEqual(['$ exit 3']);
  expect(by('Build').why).toBe('pre_build: exit 3 ended with 3');
});

test('a phase that says CONTINUE fails alone: what comes after it runs and decides, and hears that something failed', async () => {
  const phases = {
    pre_build: { 'on-failure': 'CONTINUE', commands: ['false'] },
    build: { commands: ['echo succeeding: $CODEBUILD_BUILD_SUCCEEDING'] },
  };
  const tolerated = await rehearsed(oneBuild({ phases }));
  expect(tolerated.lines).toContain('succeeding: 0');
  expect(tolerated.by('Build')).toMatchObject({ outcome: 'passed', phases: [{ passed: false }, { passed: true }] });

  const failing = await rehearsed(oneBuild({ phases: { ...phases, build: { commands: ['exit 4'] } } }));
  expect(failing.by('Build')).toMatchObject({ outcome: 'failed', why: 'build: exit 4 ended with 4' });
});

test('a build ends when the time of its project is over, whatever its phases say of failures, and says so', async () => {
  const phases = {
    pre_build: { 'on-failure': 'CONTINUE', commands: ['echo begun', 'sleep 60'] },
    build: { commands: ['echo never'] },
  };
  const { lines, by } = await rehearsed(oneBuild({ phases }, {}, { TimeoutInMinutes: 0.01 }));
  expect(lines).toEqual(['$ echo begun', 'begun', '$ sleep 60']);
  expect(by('Build')).toMatchObject({
    outcome: 'failed',
    why: 'pre_build: sleep 60 did not end within 0.01 minutes, the timeout of the project',
  });
});

test('a build that says ABORT has no post_build when it fails', async () => {
  const phases = {
    build: { 'on-failure': 'ABORT', commands: ['exit 5'] },
    post_build: { commands: ['echo never'] },
  };
  const { lines, by } = await rehearsed(oneBuild({ phases }));
  expect(lines).toEqual(['$ exit 5']);
  expect(by('Build').why).toBe('build: exit 5 ended with 5');
});

test('what CodeBuild does not know as on-failure is refused', async () => {
  const phases = { build: { 'on-failure': 'IGNORE', commands: ['true'] } };
  const { by } = await rehearsed(oneBuild({ phases }));
  expect(by('Build')).toMatchObject({
    outcome: 'failed',
    why: 'on-failure of build is IGNORE; write ABORT, CONTINUE or RETRY',
  });
});

test('a phase of another user is named', async () => {
  const phases = { build: { 'run-as': 'builder', commands: ['true'] } };
  const { lines } = await rehearsed(oneBuild({ phases }));
  expect(lines).toEqual(['build runs as builder on AWS, and as you here', '$ true']);
});

test('an artifact has the files below its base directory, and the next build gets them', async () => {
  const assembly = assemblyOf(
    [[source], [build('Build', { outputs: ['Made'] })], [build('Look', { inputs: ['Made', 'Sources'] })]],
    {
      Build: {
        spec: {
          ...commands('mkdir -p opt/a', 'echo x >opt/a/b', 'echo y >opt/c.map'),
          artifacts: { 'base-directory': 'opt', files: ['**/*'], 'exclude-paths': ['**/*.map'] },
        },
      },
      Look: { spec: commands('find . -type f', 'cat $CODEBUILD_SRC_DIR_Sources/order.txt') },
    },
  );
  const { lines, by } = await rehearsed(assembly);
  expect(Object.keys(unzipSync(readFileSync(by('Build').artifacts[0].file)))).toEqual(['a/b']);
  expect(lines.slice(-4)).toEqual([
    '$ find . -type f',
    './a/b',
    '$ cat $CODEBUILD_SRC_DIR_Sources/order.txt',
    'an order',
  ]);
});

test('a file that may be run may be in the next build, and no other', async () => {
  const spec = {
    ...commands('mkdir out', 'cp /bin/echo out/tool', 'chmod +x out/tool', 'echo x >out/text'),
    artifacts: { 'base-directory': 'out', files: ['**/*'] },
  };
  const assembly = assemblyOf(
    [[source], [build('Build', { outputs: ['Made'] })], [build('Look', { inputs: ['Made'] })]],
    { Build: { spec }, Look: { spec: commands('./tool fine', '[ ! -x text ]') } },
  );
  const { lines, by } = await rehearsed(assembly);
  expect(lines).toContain('fine');
  expect(by('Look').outcome).toBe('passed');
});

test.each([
  ['$CODEBUILD_SRC_DIR/out', '**/*'],
  ['$PLACE', '$KIND/*'],
  ['.', '$CODEBUILD_SRC_DIR/out/**/*'],
])('an artifact of %s and %s has the values of the variables at the end of the build', async (directory, files) => {
  const spec = {
    ...commands('PLACE=out KIND=a', 'mkdir -p out/a out/b', 'echo x >out/a/x', 'echo y >out/b/y'),
    artifacts: { 'base-directory': directory, files: [files], 'exclude-paths': ['b/*', `\${PLACE}/b/*`] },
  };
  const { by } = await rehearsed(oneBuild(spec, { outputs: ['Made'] }));
  expect(by('Build')).toMatchObject({ outcome: 'passed', artifacts: [{ files: 1 }] });
});

test('the same files make the same bytes', async () => {
  const spec = { ...commands('mkdir out', 'echo x >out/x'), artifacts: { 'base-directory': 'out', files: ['**/*'] } };
  const bytes = async (scratch: string) => {
    const { by } = await rehearsed(oneBuild(spec, { outputs: ['Made'] }), { scratch: join(root, scratch) });
    return readFileSync(by('Build').artifacts[0].file).toString('hex');
  };
  expect(await bytes('one')).toBe(await bytes('two'));
});

test('a build whose patterns find no file fails, and says which', async () => {
  const spec = { ...commands('true'), artifacts: { 'base-directory': 'out', files: ['**/*'] } };
  const { by } = await rehearsed(oneBuild(spec, { outputs: ['Made'] }));
  expect(by('Build').why).toBe('no file is at **/* in out, so there is no artifact');
});

test('variables come from the buildspec, from the project over it, and from the action over both', async () => {
  const spec = { env: { variables: { A: 'spec', B: 'spec', C: 'spec' } }, ...commands('echo $A $B $C $AWS_REGION') };
  const given = (name: string, Value: Json): Json => ({ Name: name, Value, Type: 'PLAINTEXT' });
  const properties = {
    Environment: { EnvironmentVariables: [given('B', 'project'), given('C', { Ref: 'AWS::Region' })] },
  };
  const configuration = {
    EnvironmentVariables: JSON.stringify([{ name: 'C', value: '#{Source.BranchName}', type: 'PLAINTEXT' }]),
  };
  const { lines } = await rehearsed(oneBuild(spec, { configuration }, properties));
  expect(lines[1]).toBe('spec project rehearsal us-east-1');
});

test('an action reads what an earlier one exports', async () => {
  const configuration = {
    EnvironmentVariables: JSON.stringify([{ name: 'TAG', value: '#{Made.TAG}', type: 'PLAINTEXT' }]),
  };
  const assembly = assemblyOf(
    [[source], [build('Build', { namespace: 'Made' }), build('Next', { configuration, order: 2 })]],
    {
      Build: { spec: { env: { 'exported-variables': ['TAG'] }, ...commands('TAG="a b"') } },
      Next: { spec: commands('echo "[$TAG]"') },
    },
  );
  const { lines, by } = await rehearsed(assembly);
  expect(by('Build').variables).toEqual({ TAG: 'a b' });
  expect(lines.at(-1)).toBe('[a b]');
});

test.each(['sh', 'bash'])(
  'an exported variable of %s may be read-only, and one that nothing has set is none',
  async (shell) => {
    const spec = { env: { shell, 'exported-variables': ['A', 'B', 'C'] }, ...commands('readonly A=1', 'B=') };
    const { by } = await rehearsed(oneBuild(spec));
    expect(by('Build').variables).toEqual({ A: '1', B: '' });
  },
);

test('a failed stage is the last', async () => {
  const assembly = assemblyOf([[source], [build('Build'), build('Beside')], [build('Next')]], {
    Build: { spec: commands('false') },
    Beside: { spec: commands('true') },
    Next: { spec: commands('true') },
  });
  const { results } = await rehearsed(assembly);
  expect(results.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
    'Source passed',
    'Build failed',
    'Beside passed',
  ]);
});

test('what runs after a failed action of its stage does not begin', async () => {
  const stage = [
    build('Build', { order: 2 }),
    build('Beside', { order: 2 }),
    build('Before'),
    build('After', { order: 3 }),
  ];
  const assembly = assemblyOf([[source], stage], {
    Before: { spec: commands('true') },
    Build: { spec: commands('false') },
    Beside: { spec: commands('true') },
    After: { spec: commands('true') },
  });
  const { results } = await rehearsed(assembly);
  expect(results.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
    'Source passed',
    'Before passed',
    'Build failed',
    'Beside passed',
  ]);
});

test('one action is rehearsed with those whose variables it reads, and what has no value is named', async () => {
  const reading = (...texts: string[]) => ({
    EnvironmentVariables: JSON.stringify(texts.map((value, index) => ({ name: `V${index}`, value }))),
  });
  const assembly = assemblyOf(
    [
      [source],
      [build('First', { namespace: 'First' }), build('Other')],
      [build('Second', { namespace: 'Second', configuration: reading('#{First.TAG}') })],
      [build('Wanted', { configuration: reading('#{Second.TAG}', '#{Source.CommitMessage}') })],
    ],
    {
      First: { spec: { env: { 'exported-variables': ['TAG'] }, ...commands('TAG=one') } },
      Other: { spec: commands('true') },
      Second: { spec: { env: { 'exported-variables': ['TAG'] }, ...commands('TAG="$V0 two"') } },
      Wanted: { spec: commands('echo "[$V0] [$V1]"') },
    },
  );
  const { results, lines } = await rehearsed(assembly, { action: 'Wanted' });
  expect(results.map(({ action }) => action)).toEqual(['Source', 'First', 'Second', 'Wanted']);
  expect(lines.at(-1)).toBe('[one two] []');
  expect(lines.filter((line) => line.includes('no value'))).toEqual(['#{Source.CommitMessage} has no value here']);
});

test('one action is rehearsed with those alone whose artifacts it reads', async () => {
  const assembly = assemblyOf([[source], [build('Other')], [build('Wanted')]], {
    Other: { spec: commands('echo other') },
    Wanted: { spec: commands('echo wanted') },
  });
  const { results } = await rehearsed(assembly, { action: 'Wanted' });
  expect(results.map(({ action }) => action)).toEqual(['Source', 'Wanted']);
});

test.each([
  ['cdk -a cdk.out deploy Pipeline --require-approval=never', 'it changes stacks on AWS'],
  ['npx cdk bootstrap', 'it changes stacks on AWS'],
  ['npx cdk \\\n  deploy Stack', 'it changes stacks on AWS'],
  ['npx cdk-assets \\\n  publish', 'it publishes assets to AWS'],
  ['cdk-assets --path "assembly.json" publish', 'it publishes assets to AWS'],
])('%s is never run', async (command, why) => {
  const { lines, by } = await rehearsed(oneBuild(commands('touch ran', command)));
  expect(by('Build')).toMatchObject({ outcome: 'not-rehearsed', why });
  expect(lines).toEqual([]);
  expect(existsSync(join(root, 'scratch', STACK, 'Pipeline', 'Stage2', 'Build', 'source', 'ran'))).toBe(false);
});

test.each([
  ['Approval', 'Manual', 'somebody has to approve'],
  ['Invoke', 'Lambda', 'it needs an emulator: atelier local start'],
  ['Deploy', 'ECS', 'nothing here does Deploy/ECS'],
])('%s/%s is named', async (category, provider, why) => {
  const { by } = await rehearsed(assemblyOf([[source], [{ name: 'It', category, provider }]], {}));
  expect(by('It')).toMatchObject({ outcome: 'not-rehearsed', why });
});

test('no command sees the profile, the keys or the tokens of whoever rehearses', async () => {
  const home = join(root, 'home');
  mkdirSync(join(home, '.aws'), { recursive: true });
  writeFileSync(join(home, '.aws', 'credentials'), '[default]\naws_access_key_id = CANARY\n');
  writeFileSync(join(home, '.npmrc'), '//registry.example/:_authToken=CANARY\n');
  const before = { ...process.env };
  Object.assign(process.env, {
    HOME: home,
    AWS_PROFILE: 'CANARY',
    AWS_SESSION_TOKEN: 'CANARY',
    GITHUB_TOKEN: 'CANARY',
  });
  try {
    const spec = commands(
      'env',
      'cat ~/.aws/credentials ~/.npmrc "$AWS_SHARED_CREDENTIALS_FILE" || true',
      'npm config get prefix',
    );
    const { lines, by } = await rehearsed(oneBuild(spec));
    expect(by('Build').outcome).toBe('passed');
    expect(lines.filter((line) => line.includes('CANARY') || line.includes(home))).toEqual([]);
    expect(lines).toContain('AWS_ENDPOINT_URL=http://127.0.0.1:9');
    expect(lines).toContain('AWS_ACCESS_KEY_ID=test');
  } finally {
    process.env = before;
  }
});

test('no pipeline gives a command other keys, another home or another endpoint', async () => {
  const wanted = ['AWS_ACCESS_KEY_ID', 'AWS_ENDPOINT_URL', 'HOME', 'npm_config_cache'];
  const variables = Object.fromEntries(wanted.map((name) => [name, 'CANARY']));
  const { lines } = await rehearsed(oneBuild({ env: { variables }, ...commands('env') }));
  expect(lines.filter((line) => line.includes('CANARY'))).toEqual([]);
  expect(wanted.filter((name) => !lines.some((line) => line.startsWith(`${name}=`)))).toEqual([]);
});

/** What leads the clients of AWS elsewhere, besides what a rehearsal sets itself. */
const LEADING_AWAY = [
  'AWS_ENDPOINT_URL_S3',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_PROFILE',
  'AWS_SESSION_TOKEN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
];

test.each(LEADING_AWAY)(
  '%s of a buildspec, a project, an action or a function is left out, and named',
  async (name) => {
    const said = `${name} of the pipeline is left out: calls of AWS stay on this machine`;
    const configuration = { EnvironmentVariables: JSON.stringify([{ name, value: 'CANARY' }]) };
    const properties = { Environment: { EnvironmentVariables: [{ Name: name, Value: 'CANARY' }] } };
    const spec = commands('env');
    for (const assembly of [
      oneBuild({ env: { variables: { [name]: 'CANARY' } }, ...spec }),
      oneBuild(spec, {}, properties),
      oneBuild(spec, { configuration }),
    ]) {
      const { lines } = await rehearsed(assembly);
      expect(lines).toContain(said);
      expect(lines.filter((line) => line.startsWith(`${name}=`))).toEqual([]);
    }

    const { resources } = assemblyOf([[source], [invocation('Call')]], {});
    const Variables = { [name]: 'CANARY', TABLE: 'orders' };
    const given = resources.map((one) =>
      one.logicalId === 'Distributor' ? { ...one, properties: { ...one.properties, Environment: { Variables } } } : one,
    );
    const jobs: InvokedJob[] = [];
    const invoke = async (job: InvokedJob): Promise<Reported> => {
      jobs.push(job);
      return { variables: {} };
    };
    const { lines } = await rehearsed(new Assembly({ resources: given }), { invoke });
    expect(jobs.map(({ env }) => env)).toEqual([{ TABLE: 'orders' }]);
    expect(lines).toContain(said);
  },
);

test('a variable of the pipeline has its default, and one without is named', async () => {
  const variables = ['TAG', 'OTHER'].map((name) => ({ name, value: `#{variables.${name}}`, type: 'PLAINTEXT' }));
  const configuration = { EnvironmentVariables: JSON.stringify(variables) };
  const { resources } = oneBuild(commands('echo "[$TAG] [$OTHER]"'), { configuration });
  const Variables: Json = [{ Name: 'TAG', DefaultValue: 'none' }, { Name: 'OTHER' }];
  const withVariables = resources.map((one) =>
    one.logicalId === 'Pipeline' ? { ...one, properties: { ...one.properties, Variables } } : one,
  );
  const { lines } = await rehearsed(new Assembly({ resources: withVariables }));
  expect(lines[0]).toBe('#{variables.OTHER} has no value here');
  expect(lines.at(-1)).toBe('[none] []');
});

test('the same pipeline of two stages is rehearsed twice, each time from the beginning', async () => {
  const { resources } = oneBuild(commands('[ ! -e made ]', 'touch made', 'echo "[$seen]"', 'seen=yes'));
  const twice = [...resources, ...resources.map((one) => ({ ...one, stack: 'orders-prod' }))];
  const { results, lines } = await rehearsed(new Assembly({ resources: twice }));
  expect(results.map(({ pipeline, outcome }) => `${pipeline} ${outcome}`)).toEqual([
    ...Array(2).fill(`${STACK}/Pipeline passed`),
    ...Array(2).fill('orders-prod/Pipeline passed'),
  ]);
  expect(lines.filter((line) => line.startsWith('['))).toEqual(['[]', '[]']);
});

test('a secret is named, and not fetched', async () => {
  const spec = { env: { 'secrets-manager': { TOKEN: 'token:key' } }, ...commands('echo "[$TOKEN]"') };
  const { lines } = await rehearsed(oneBuild(spec));
  expect(lines).toEqual(['TOKEN comes from AWS, and is not set here', '$ echo "[$TOKEN]"', '[]']);
});

test('a function gets a job, and its report decides', async () => {
  const jobs: InvokedJob[] = [];
  const actions = Object.entries({ One: 'eu-west-1', Two: 'us-east-1' }).map(([name, region]) =>
    invocation(name, { region, of: '#{Source.CommitId}' }),
  );
  const { by } = await rehearsed(assemblyOf([[source], actions], {}), {
    invoke: async (job): Promise<Reported> => {
      jobs.push(job);
      return job.parameters.includes('us-east-1') ? { failure: 'denied', variables: {} } : { variables: { Arn: 'a' } };
    },
  });
  expect(jobs[0]).toMatchObject({
    parameters: `{"region":"eu-west-1","of":"${'0'.repeat(40)}"}`,
    function: { logicalId: 'Distributor' },
    env: { REGION: 'us-east-1' },
  });
  expect([by('One'), by('Two')]).toMatchObject([
    { outcome: 'passed', variables: { Arn: 'a' } },
    { outcome: 'failed', why: 'denied' },
  ]);
});

test('a function that can not be called is named', async () => {
  const invoke = async (): Promise<Reported> => ({ notRehearsed: 'it is of Python', variables: {} });
  const { by } = await rehearsed(assemblyOf([[source], [invocation('Call')]], {}), { invoke });
  expect(by('Call')).toMatchObject({ outcome: 'not-rehearsed', why: 'it is of Python' });
});

test.each([
  [{ phases: { deploy: {} } }, 'the buildspec has a phase deploy; there are install, pre_build, build, post_build'],
  [{ env: {} }, 'the buildspec has no phases'],
  [
    { env: { 'exported-variables': ['A-B'] }, phases: {} },
    'the buildspec exports "A-B"; a variable has letters, digits and _',
  ],
  [
    { version: 0.1, phases: {} },
    'the buildspec is of version 0.1; write version: 0.2, whose commands share variables and a folder',
  ],
])('%j is no buildspec', async (spec, why) => {
  const { by } = await rehearsed(oneBuild(spec));
  expect(by('Build')).toMatchObject({ outcome: 'failed', why });
});

test('a buildspec may be a file of the sources', async () => {
  writeFileSync(join(root, 'project', 'ci.yml'), stringify({ version: 0.2, ...commands('echo from a file') }));
  const { lines } = await rehearsed(assemblyOf([[source], [build('Build')]], { Build: { spec: 'ci.yml' } }));
  expect(lines).toEqual(['$ echo from a file', 'from a file']);
});
