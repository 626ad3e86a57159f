import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Assembly, Resource } from '../assembly';
import { ACCOUNT, REGION } from '../emulator/environment';
import { asList, dig, entriesAt, type Json } from '../json';
import { type Packed, pack, packFiles, unpack, variablesIn, withVariables } from './artifacts';
import { type BuildPlace, MINUTES, type PhaseResult, runBuild, variablesAfter } from './build';
import { type Buildspec, readBuildspec } from './buildspec';
import { rehearsalEnvironment, withoutAws } from './environment';
import { withDocker } from './images';
import { type PipelineAction, pipelinesOf, REFERENCE, referencesOf, type TemplatePipeline } from './pipelines';
import { projectFiles, revisionOf } from './project-files';

/** Calls the function of an action with a job, and tells what it reports. */
export type Invoke = (job: InvokedJob) => Promise<Reported>;

/** A job of CodePipeline for a function. */
export interface InvokedJob {
  /** The function. */
  readonly function: Resource;
  /** Its variables. */
  readonly env: Readonly<Record<string, string>>;
  /** What the action tells the function. */
  readonly parameters: string;
  /** The files of its input artifacts. */
  readonly artifacts: readonly string[];
}

/** What a function reports of a job. */
export interface Reported {
  /** Why it failed. @default - it succeeded */
  readonly failure?: string;
  /** Why it can't be called here. @default - it was called */
  readonly notRehearsed?: string;
  /** Its output variables. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What is rehearsed, and how. */
export interface RehearsalOptions {
  /** The project's folder, which stands for the repository. */
  readonly folder: string;
  /** What the project synthesizes to. */
  readonly assembly: Assembly;
  /** An empty folder for all that the rehearsal makes. */
  readonly scratch: string;
  /** The action to rehearse, with those whose artifacts and variables it reads. @default - all */
  readonly action?: string;
  /** The endpoint of an emulator. @default - none runs */
  readonly endpoint?: string;
  /** Calls functions, where an emulator runs. @default - none does: they are named */
  readonly invoke?: Invoke;
  /** Is told what an action prints, line by line. */
  readonly onLine: (action: PipelineAction, line: string) => void;
  /** Is told how an action ended. */
  readonly onEnd: (result: ActionResult) => void;
}

/** An artifact that an action has made. */
export interface MadeArtifact {
  readonly name: string;
  /** The zip. */
  readonly file: string;
  /** How many files it has. */
  readonly files: number;
  /** Its size in bytes. */
  readonly bytes: number;
}

/** How an action ended. */
export interface ActionResult {
  /** Its pipeline: `<stack>/<logical id>`. */
  readonly pipeline: string;
  readonly stage: string;
  readonly action: string;
  /** Whether it did what it should, failed, or can't be rehearsed here. */
  readonly outcome: 'passed' | 'failed' | 'not-rehearsed';
  /** Why it failed, or can't be rehearsed. @default - it passed */
  readonly why?: string;
  /** The phases of a build. @default - it is none */
  readonly phases?: readonly PhaseResult[];
  readonly artifacts: readonly MadeArtifact[];
  /** Its output variables. */
  readonly variables: Readonly<Record<string, string>>;
  readonly seconds: number;
}

type Outcome = Pick<ActionResult, 'outcome' | 'why' | 'phases'> &
  Partial<Pick<ActionResult, 'artifacts' | 'variables'>>;

/** An input of a build, and the folder that it is unpacked to. */
interface UnpackedInput {
  readonly name: string;
  readonly folder: string;
}

/** What a build has of its own on this machine. */
interface BuildScratch {
  /** The folder for what it makes besides its sources. */
  readonly scratch: string;
  /** The folders of its inputs. */
  readonly folders: readonly UnpackedInput[];
  /** The variables that no pipeline changes. */
  readonly own: NodeJS.ProcessEnv;
}

/** What can't be rehearsed, by what the action does, and why. */
const NOT_REHEARSED: Readonly<Record<string, string>> = {
  'Approval/Manual': 'somebody has to approve',
  'Deploy/CloudFormation': 'it deploys; atelier local deploy does that to an emulator',
  'Build/ECRBuildAndPublish': 'CodePipeline builds the image itself',
};

/** What changes the account that a pipeline is in: it is never run. */
const FOR_AWS_ALONE: readonly { readonly command: RegExp; readonly why: string }[] = [
  { command: /\bcdk-assets\b/, why: 'it publishes assets to AWS' },
  { command: /\bcdk\b[\s\S]*\b(deploy|destroy|bootstrap)\b/, why: 'it changes stacks on AWS' },
];

/** The shells of CodeBuild's Linux, as buildspecs call them. */
const SHELLS = ['sh', '/bin/sh', 'bash'];

/** The variables that CodePipeline itself has. */
const PIPELINE = 'codepipeline';

/**
 * Rehearses pipelines on this machine: sources are the files of the project, builds run their buildspec in scratch folders,
 * functions are called where an emulator runs. An action whose stage or input was not reached is left out.
 *
 * @param options what, and how
 * @returns how each action ended, in order
 */
export async function rehearse(options: RehearsalOptions): Promise<ActionResult[]> {
  const results: ActionResult[] = [];
  for (const pipeline of pipelinesOf(options.assembly)) {
    results.push(...(await new Rehearsal(pipeline, options).run()));
  }
  return results;
}

/** One pipeline on its way. */
class Rehearsal {
  private readonly artifacts = new Map<string, MadeArtifact>();
  private readonly variables: Map<string, Readonly<Record<string, string>>>;
  /** Its stack and its logical id: each stage of an app may have the same pipeline. */
  private readonly name: string;
  private readonly scratch: string;

  constructor(
    private readonly pipeline: TemplatePipeline,
    private readonly options: RehearsalOptions,
  ) {
    const { stack, logicalId } = pipeline.resource;
    this.name = `${stack}/${logicalId}`;
    this.scratch = join(options.scratch, stack, logicalId);
    this.variables = new Map([
      [PIPELINE, { PipelineExecutionId: randomUUID() }],
      ['variables', pipeline.variables],
    ]);
  }

  async run(): Promise<ActionResult[]> {
    const { actions } = this.pipeline;
    const wanted = this.options.action === undefined ? actions : neededBy(actions, this.options.action);
    const results: ActionResult[] = [];
    let failed: PipelineAction | undefined;
    for (const action of wanted) {
      // What runs at once with the failed one has begun.
      if (failed && (failed.stage !== action.stage || failed.runOrder !== action.runOrder)) {
        break;
      }
      const start = performance.now();
      const outcome = await this.attempt(action);
      const { artifacts = [], variables = {} } = outcome;
      const result = {
        pipeline: this.name,
        stage: action.stage,
        action: action.name,
        ...outcome,
        artifacts,
        variables,
        seconds: Math.round((performance.now() - start) / 100) / 10,
      };
      for (const artifact of artifacts) {
        this.artifacts.set(artifact.name, artifact);
      }
      if (action.namespace) {
        this.variables.set(action.namespace, variables);
      }
      if (outcome.outcome === 'failed') {
        failed ??= action;
      }
      results.push(result);
      this.options.onEnd(result);
    }
    return results;
  }

  private async attempt(action: PipelineAction): Promise<Outcome> {
    const missing = action.inputs.find((name) => !this.artifacts.has(name));
    if (missing !== undefined) {
      return { outcome: 'not-rehearsed', why: `nothing has made its input ${missing}` };
    }
    for (const { namespace, name, text } of referencesOf(action)) {
      if (this.variables.get(namespace)?.[name] === undefined) {
        this.options.onLine(action, `${text} has no value here`);
      }
    }
    const [category, provider] = action.kind.split('/');
    try {
      if (category === 'Source') {
        return this.source(action);
      }
      if (provider === 'CodeBuild') {
        return await this.build(action);
      }
      if (provider === 'Lambda' && category === 'Invoke') {
        return await this.invoke(action);
      }
    } catch (error) {
      return { outcome: 'failed', why: (error as Error).message };
    }
    return { outcome: 'not-rehearsed', why: NOT_REHEARSED[action.kind] ?? `nothing here does ${action.kind}` };
  }

  /** The files of the project, whatever the source is. */
  private source(action: PipelineAction): Outcome {
    const { folder } = this.options;
    const packed = packFiles(folder, projectFiles(folder));
    const revision = revisionOf(folder);
    const variables = { CommitId: revision, BranchName: 'rehearsal', VersionId: revision };
    return { outcome: 'passed', variables, artifacts: action.outputs.map((name) => this.made(name, packed)) };
  }

  private async build(action: PipelineAction): Promise<Outcome> {
    const { assembly, endpoint } = this.options;
    const project = this.referred(action, 'ProjectName', 'AWS::CodeBuild::Project');
    const scratch = join(this.scratch, action.stage, action.name);
    const folders = this.unpacked(action, scratch);
    const spec = readBuildspec(buildspecText(assembly, project, folders[0].folder));
    const refused = refusalOf(spec);
    if (refused) {
      return { outcome: 'not-rehearsed', why: refused };
    }
    const bare = rehearsalEnvironment(scratch, endpoint);
    const own = this.hasDocker(project) ? await withDocker(scratch, bare) : bare;
    if (!own) {
      return { outcome: 'not-rehearsed', why: 'it builds an image, and no Docker runs here' };
    }
    const place = this.placeOf(action, project, spec, { scratch, folders, own });
    const { failure, phases, variables } = await runBuild(spec, place);
    for (const name of spec.exported.filter((one) => variables[one] === undefined)) {
      place.onLine(`${name} is exported, and nothing has set it`);
    }
    return failure
      ? { outcome: 'failed', why: whyOf(failure, place), phases, variables }
      : { outcome: 'passed', phases, variables, artifacts: await this.artifactsOf(action, spec, place) };
  }

  /** Unpacks the inputs of a build: the primary one, whose folder it begins in, comes first. */
  private unpacked({ inputs }: PipelineAction, scratch: string): UnpackedInput[] {
    return inputs.map((name, index) => {
      const folder = index === 0 ? join(scratch, 'source') : join(scratch, 'inputs', name);
      unpack(readFileSync((this.artifacts.get(name) as MadeArtifact).file), folder);
      return { name, folder };
    });
  }

  /** Whether CodeBuild gives a build a Docker. */
  private hasDocker(project: Resource): boolean {
    const { assembly } = this.options;
    const server = assembly.property(project, 'Environment.DockerServer');
    return assembly.property(project, 'Environment.PrivilegedMode') === true || server !== undefined;
  }

  /** Where the commands of a build run, with all their variables; what it leaves out is told. */
  private placeOf(
    action: PipelineAction,
    project: Resource,
    spec: Buildspec,
    { scratch, folders: [{ folder }, ...others], own }: BuildScratch,
  ): BuildPlace {
    const onLine = (line: string): void => this.options.onLine(action, line);
    const { env, remote } = this.variablesOf(action, project, spec);
    for (const name of remote) {
      onLine(`${name} comes from AWS, and is not set here`);
    }
    for (const { name, runAs } of spec.phases.filter((phase) => phase.runAs !== undefined)) {
      onLine(`${name} runs as ${runAs} on AWS, and as you here`);
    }
    return {
      folder,
      scratch,
      env: {
        CI: 'true',
        CODEBUILD_CI: 'true',
        CODEBUILD_SRC_DIR: folder,
        CODEBUILD_BUILD_ID: `${project.logicalId}:${this.text(`#{${PIPELINE}.PipelineExecutionId}`)}`,
        CODEBUILD_RESOLVED_SOURCE_VERSION: revisionOf(this.options.folder),
        ...Object.fromEntries(others.map((input) => [`CODEBUILD_SRC_DIR_${input.name}`, input.folder])),
        ...this.taken(action, env),
        // No pipeline gives a command another home, other keys or another endpoint.
        ...own,
      },
      minutes: this.minutesOf(project),
      onLine,
    };
  }

  /** How long a build may take on AWS: https://docs.aws.amazon.com/codebuild/latest/userguide/lambda.html has the limit of Lambda. */
  private minutesOf(project: Resource): number {
    const { assembly } = this.options;
    const isOnLambda = assembly.text(assembly.property(project, 'Environment.Type')).includes('LAMBDA');
    return assembly.number(project, 'TimeoutInMinutes') ?? (isOnLambda ? 15 : MINUTES);
  }

  /** The variables that a command or a function takes from the pipeline; those that it does not are told. */
  private taken(action: PipelineAction, variables: Readonly<Record<string, string>>): Record<string, string> {
    const { taken, dropped } = withoutAws(variables);
    for (const name of dropped) {
      this.options.onLine(action, `${name} of the pipeline is left out: calls of AWS stay on this machine`);
    }
    return taken;
  }

  /** The artifacts that a build has made. */
  private async artifactsOf({ outputs }: PipelineAction, spec: Buildspec, place: BuildPlace): Promise<MadeArtifact[]> {
    const artifacts = outputs.map(async (name, index) => {
      const files = spec.secondary[name] ?? (index === 0 ? spec.artifact : undefined);
      if (!files) {
        throw new Error(`the buildspec says nothing of the artifact ${name}`);
      }
      const variables = await variablesAfter(variablesIn(files), spec, place);
      return this.made(name, pack(place.folder, withVariables(files, variables)));
    });
    return Promise.all(artifacts);
  }

  private async invoke(action: PipelineAction): Promise<Outcome> {
    const { invoke } = this.options;
    if (!invoke) {
      return { outcome: 'not-rehearsed', why: 'it needs an emulator: atelier local start' };
    }
    const target = this.referred(action, 'FunctionName', 'AWS::Lambda::Function');
    const artifacts = action.inputs.map((name) => (this.artifacts.get(name) as MadeArtifact).file);
    const parameters = this.text(action.configuration.UserParameters ?? '');
    const given = this.options.assembly.property(target, 'Environment.Variables');
    const all = Object.fromEntries(entriesAt(given).map(([name, value]) => [name, this.text(value)]));
    const env = this.taken(action, all);
    const { failure, notRehearsed, variables } = await invoke({ function: target, env, parameters, artifacts });
    if (notRehearsed !== undefined) {
      return { outcome: 'not-rehearsed', why: notRehearsed };
    }
    return failure === undefined ? { outcome: 'passed', variables } : { outcome: 'failed', why: failure, variables };
  }

  /** The resource of a type that an action's configuration names. */
  private referred(action: PipelineAction, name: string, type: string): Resource {
    const { assembly } = this.options;
    const targets = assembly.targets(action.configuration[name], this.pipeline.resource.stack);
    const found = targets.map(({ resource }) => resource).find((resource) => resource.type === type);
    if (!found) {
      throw new Error(`${name} of the action names no ${type} of this app`);
    }
    return found;
  }

  /** The variables of a build: those of the buildspec, over them those of the project, over them those of the action. */
  private variablesOf(action: PipelineAction, project: Resource, { variables, remote }: Buildspec) {
    const { assembly } = this.options;
    const ofAction = this.text(action.configuration.EnvironmentVariables ?? '[]');
    const given = [
      ...assembly.list(project, 'Environment.EnvironmentVariables').map((one) => ({
        name: String(dig(one, 'Name')),
        value: this.text(dig(one, 'Value')),
        type: dig(one, 'Type') ?? 'PLAINTEXT',
      })),
      ...asList(JSON.parse(ofAction)).map((one) => ({
        name: String(dig(one, 'name')),
        value: this.text(dig(one, 'value')),
        type: dig(one, 'type') ?? 'PLAINTEXT',
      })),
    ];
    const plain = given.filter(({ type }) => type === 'PLAINTEXT').map(({ name, value }) => [name, value]);
    const elsewhere = given.filter(({ type }) => type !== 'PLAINTEXT').map(({ name }) => name);
    return { env: { ...variables, ...Object.fromEntries(plain) }, remote: [...remote, ...elsewhere] };
  }

  /** A value of the template as text: with the account and the Region of the rehearsal, and the variables of actions. */
  private text(value: Json | undefined): string {
    return this.options.assembly
      .text(value)
      .replace(/\$\{AWS::(\w+)\}/g, (whole, name: string) => PSEUDO[name] ?? whole)
      .replace(REFERENCE, (_, space: string, name: string) => this.variables.get(space)?.[name] ?? '');
  }

  private made(name: string, { zip, files }: Packed): MadeArtifact {
    const place = join(this.scratch, 'artifacts');
    mkdirSync(place, { recursive: true });
    const file = join(place, `${name}.zip`);
    writeFileSync(file, zip);
    return { name, file, files, bytes: zip.length };
  }
}

/** What stands for the pseudo parameters of a template. */
const PSEUDO: Readonly<Record<string, string>> = {
  AccountId: ACCOUNT,
  Region: REGION,
  Partition: 'aws',
  URLSuffix: 'amazonaws.com',
};

/** An action, and those that make what it reads, artifacts and variables, in the order of the pipeline. */
function neededBy(actions: readonly PipelineAction[], name: string): PipelineAction[] {
  const needed = new Set(actions.filter((action) => [action.name, `${action.stage}/${action.name}`].includes(name)));
  for (const action of [...actions].reverse()) {
    const isRead = [...needed].some(
      (reader) =>
        reader.inputs.some((input) => action.outputs.includes(input)) ||
        referencesOf(reader).some(({ namespace }) => namespace === action.namespace),
    );
    if (isRead) {
      needed.add(action);
    }
  }
  return actions.filter((action) => needed.has(action));
}

/** The buildspec of a project: text of the template, or a file of the sources. */
function buildspecText(assembly: Assembly, project: Resource, folder: string): string {
  const given = assembly.property(project, 'Source.BuildSpec');
  const text = typeof given === 'object' && dig(given, 'phases') ? JSON.stringify(given) : assembly.text(given ?? '');
  const isFile = !text.includes('\n') && !text.startsWith('{');
  return isFile ? readFileSync(join(folder, text || 'buildspec.yml'), 'utf8') : text;
}

/** Why a build can't be rehearsed by its buildspec, if it can't. */
function refusalOf({ phases, shell }: Buildspec): string | undefined {
  if (!SHELLS.includes(shell)) {
    return `its shell is ${shell}, and only ${SHELLS.join(', ')} are followed here`;
  }
  const commands = phases.flatMap((phase) => [...phase.commands, ...phase.finally]);
  return FOR_AWS_ALONE.find(({ command }) => commands.some((one) => command.test(one)))?.why;
}

/** Why a build has failed. */
function whyOf({ phase, failed, code, timedOut }: PhaseResult, { minutes }: BuildPlace): string {
  return timedOut
    ? `${phase}: ${failed} did not end within ${minutes} minutes, the timeout of the project`
    : `${phase}: ${failed} ended with ${code}`;
}
