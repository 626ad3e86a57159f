import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/*
 * A server on loopback that plays CodePipeline, CodeBuild, CloudWatch Logs and ECR through whole executions, since no emulator
 * has the calls. It answers in the shapes of AWS's JSON protocol, as their API references give them, and decides nothing.
 */

/** An action's attempt: `Succeeded`, or more of it. */
export type PlayedAction = string | PlayedAttempt;

/** What an attempt of an action says of itself. */
export interface PlayedAttempt {
  readonly status: string;
  /** The id that the service knows it by. */
  readonly id?: string;
  readonly summary?: string;
  readonly error?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly configuration?: Readonly<Record<string, string>>;
  readonly role?: string;
  /** The stream of CloudWatch Logs that CodePipeline itself writes for it, by its ARN. */
  readonly logStream?: string;
  /** When it began and ended, in seconds after the execution. */
  readonly from?: number;
  readonly to?: number;
}

/** An execution at a moment: each look at it goes on to the next one. */
export interface Moment {
  readonly status: string;
  /** What CodePipeline says of the status. */
  readonly summary?: string;
  readonly version?: number;
  /** Attempts by `<stage>/<action>`; several are the older ones first. */
  readonly actions: Readonly<Record<string, PlayedAction | readonly PlayedAction[]>>;
  /** Why rules of conditions have failed, by `<stage>/<rule>`. */
  readonly rules?: Readonly<Record<string, string>>;
  /** The call that it lasts until. @default - the next look */
  readonly until?: string;
}

/** An execution that is played. */
export interface PlayedExecution {
  readonly id: string;
  readonly moments: readonly Moment[];
  /** The call that begins it: there is none before. @default - it is there */
  readonly begunBy?: string;
  readonly trigger?: string;
  /** The execution whose failure has begun it, where it goes back by itself. */
  readonly failed?: string;
  /** The execution that it goes back to. */
  readonly backTo?: string;
  readonly revision?: string;
  readonly message?: string;
  /** When it began, in seconds after the first one. */
  readonly at?: number;
}

/** A stage: its name, and the providers of its actions by their names. */
export interface PlayedStage {
  readonly name: string;
  readonly actions: Readonly<Record<string, string>>;
  readonly onFailure?: string;
  /** What comes of a rule that fails, by when it is asked. */
  readonly conditions?: Partial<Readonly<Record<'beforeEntry' | 'onSuccess' | 'onFailure', PlayedCondition>>>;
}

/** A condition of a stage. */
export interface PlayedCondition {
  readonly result: string;
  readonly rule: string;
}

/** A pipeline that is played. */
export interface PlayedPipeline {
  readonly name: string;
  readonly version?: number;
  /** @default SUPERSEDED */
  readonly executionMode?: string;
  readonly variables?: readonly string[];
  readonly stages: readonly PlayedStage[];
  /** The newest first. */
  readonly executions: readonly PlayedExecution[];
}

/** An error that AWS answers with. */
export interface Refusal {
  readonly type: string;
  readonly message?: string;
  readonly status?: number;
}

/** A call that was made: its name, and what was asked. */
export interface Call {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The Region that it was signed for. */
  readonly region: string;
  /** The id of the access key that has signed it. */
  readonly key: string;
}

type Input = Record<string, never> & { readonly [key: string]: string };
type Answer = Record<string, unknown>;

const ACCOUNT = '111122223333';
const CATEGORIES: Readonly<Record<string, string>> = {
  CodeCommit: 'Source',
  CodeStarSourceConnection: 'Source',
  S3: 'Source',
  CodeBuild: 'Build',
  Lambda: 'Invoke',
  Manual: 'Approval',
  CloudFormation: 'Deploy',
  Commands: 'Compute',
};

/** Plays pipelines to whoever asks on loopback. */
export class PlayedPipelines {
  /** When executions began, in seconds since 1970. */
  begin = Date.UTC(2026, 10, 1) / 1000;
  /** All calls so far. */
  readonly calls: Call[] = [];
  /** Builds by their ids, as BatchGetBuilds answers. */
  readonly builds = new Map<string, Answer>();
  /** Lines of logs, by the name of their stream. */
  readonly logs = new Map<string, string[]>();
  /** Images of all repositories, by digest, as DescribeImages answers; with `findings` by severity, or what its scan does. */
  readonly images = new Map<
    string,
    Answer & { readonly findings?: Readonly<Record<string, number>>; readonly scan?: string }
  >();
  /** What a call does besides answering; what it gives is answered instead. */
  readonly effects = new Map<string, (call: Call) => Answer | undefined>();
  private readonly pipelines = new Map<string, PlayedPipeline>();
  private readonly refusals: [name: string, refusal: Refusal][] = [];
  /** The moment of each execution that was looked at, and how many calls there were before it. */
  private readonly presents = new Map<string, { readonly moment: number; readonly since: number }>();
  private server?: Server;

  /** @param pipelines what is played */
  constructor(...pipelines: readonly PlayedPipeline[]) {
    for (const pipeline of pipelines) {
      this.play(pipeline);
    }
  }

  /**
   * Plays a pipeline, or another version of it.
   *
   * @param pipeline what is played from now on
   */
  play(pipeline: PlayedPipeline): void {
    this.pipelines.set(pipeline.name, pipeline);
  }

  /**
   * Refuses the next calls of a name.
   *
   * @param name of the call; `*` for any
   * @param refusal what is answered
   * @param times how often
   */
  refuse(name: string, refusal: Refusal, times = 1): void {
    this.refusals.push(...Array.from({ length: times }, (): [string, Refusal] => [name, refusal]));
  }

  /**
   * How often a call was made.
   *
   * @param name of the call
   */
  count(name: string): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  /**
   * Starts it.
   *
   * @param tls a key and a certificate, both in PEM. @default - it speaks plain HTTP
   * @returns its address
   */
  async start(tls?: { readonly key: string; readonly cert: string }): Promise<string> {
    const listener: RequestListener = async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) {
        parts.push(part as Buffer);
      }
      const name = String(request.headers['x-amz-target']).split('.')[1];
      const [, key = '', region = ''] =
        /Credential=([^/]*)\/[^/]*\/([^/]*)/.exec(request.headers.authorization ?? '') ?? [];
      const input = JSON.parse(Buffer.concat(parts).toString() || '{}');
      const [status, answer] = this.answer({ name, input, region, key });
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
    };
    this.server = tls ? createSecureServer(tls, listener) : createServer(listener);
    await new Promise<void>((done) => this.server?.listen(0, '127.0.0.1', done));
    return `${tls ? 'https' : 'http'}://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Ends it. */
  stop(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private answer(call: Call & { readonly input: Input }): [status: number, answer: Answer] {
    this.calls.push(call);
    const { name, input, region } = call;
    const index = this.refusals.findIndex(([one]) => one === name || one === '*');
    if (index >= 0) {
      const [[, { type, message = type, status = 400 }]] = this.refusals.splice(index, 1);
      return [status, { __type: type, message }];
    }
    const [empty] =
      Object.entries<unknown>(input).find(([, value]) => Array.isArray(value) && value.length === 0) ?? [];
    if (empty) {
      const message = `Value '[]' at '${empty}' failed to satisfy constraint: length greater than or equal to 1`;
      return [400, { __type: 'ValidationException', message }];
    }
    const effect = this.effects.get(name)?.(call);
    const answers = this.answers(input, region);
    const answer = effect ?? answers[name]?.();
    return answer === undefined
      ? [400, { __type: 'UnknownOperationException', message: name }]
      : '__type' in answer
        ? [400, answer]
        : [200, answer];
  }

  private answers(input: Input, region: string): Readonly<Record<string, () => Answer>> {
    const pipeline = this.present(input.pipelineName ?? input.name);
    const known = (answer: (pipeline: PlayedPipeline) => Answer): Answer =>
      pipeline ? answer(pipeline) : { __type: 'PipelineNotFoundException', message: 'no such pipeline' };
    return {
      ListPipelines: () => ({ pipelines: [...this.pipelines.keys()].map((name) => ({ name, version: 1 })) }),
      GetPipeline: () => known((one) => declarationOf(one, region)),
      GetPipelineExecution: () => known((one) => this.execution(one, input.pipelineExecutionId)),
      GetPipelineState: () => known((one) => this.state(one)),
      ListPipelineExecutions: () => known((one) => this.summaries(one, input.filter)),
      ListActionExecutions: () => known((one) => this.actionExecutions(one, input, region)),
      ListRuleExecutions: () => known((one) => this.ruleExecutions(one, input)),
      StartPipelineExecution: () => known((one) => begun(one, 'StartPipelineExecution')),
      RollbackStage: () => known((one) => begun(one, 'RollbackStage')),
      RetryStageExecution: () => known((one) => this.retry(one, input)),
      PutApprovalResult: () => known((one) => this.approve(one, input.token)),
      BatchGetBuilds: () => ({ builds: [input.ids].flat().flatMap((id) => this.builds.get(id) ?? []) }),
      GetLogEvents: () => this.logEvents(input),
      DescribeImages: () => this.describedImages(input),
      DescribeImageScanFindings: () => this.scan(input),
    };
  }

  private actionExecutions(pipeline: PlayedPipeline, { filter, maxResults, nextToken }: Input, region: string): Answer {
    const { pipelineExecutionId: wanted } = (filter as Answer | undefined) ?? {};
    const all = pipeline.executions
      .filter(({ id }) => wanted === undefined || wanted === id)
      .flatMap((execution) =>
        detailsOf(pipeline, execution, this.momentOf(execution), { region, begin: this.begin + (execution.at ?? 0) }),
      );
    const start = Number((nextToken as string | undefined) ?? 0);
    const end = start + Number(maxResults);
    return { actionExecutionDetails: all.slice(start, end), ...(end < all.length && { nextToken: String(end) }) };
  }

  private ruleExecutions({ executions }: PlayedPipeline, { filter }: Input): Answer {
    const { pipelineExecutionId: wanted } = (filter as Answer | undefined) ?? {};
    const execution = executions.find(({ id }) => id === wanted);
    const rules = Object.entries(execution ? (this.momentOf(execution).rules ?? {}) : {});
    return {
      ruleExecutionDetails: rules.map(([key, message]) => {
        const [stageName, ruleName] = key.split('/');
        const executionResult = { errorDetails: { code: 'RuleFailed', message } };
        return { pipelineExecutionId: wanted, stageName, ruleName, status: 'Failed', output: { executionResult } };
      }),
    };
  }

  /** A pipeline with the executions that have begun. */
  private present(name: string): PlayedPipeline | undefined {
    const pipeline = this.pipelines.get(name);
    const executions = pipeline?.executions.filter(({ begunBy }) => begunBy === undefined || this.count(begunBy) > 0);
    return pipeline && { ...pipeline, executions: executions ?? [] };
  }

  private momentOf({ id, moments }: PlayedExecution): Moment {
    return moments[this.presents.get(id)?.moment ?? 0];
  }

  /** Goes on to the next moment. */
  private look({ id, moments }: PlayedExecution): void {
    const { moment, since } = this.presents.get(id) ?? { moment: -1, since: 0 };
    const until = moments[moment]?.until;
    const isOver = until === undefined || this.calls.slice(since).some(({ name }) => name === until);
    if (isOver && moment < moments.length - 1) {
      this.presents.set(id, { moment: moment + 1, since: moment < 0 ? 0 : this.calls.length });
    }
  }

  private retry(pipeline: PlayedPipeline, { stageName, pipelineExecutionId: id }: Input): Answer {
    const execution = pipeline.executions.find((one) => one.id === id);
    const status = execution && stageStatus(pipeline, stageName, this.momentOf(execution));
    return status === 'Failed'
      ? { pipelineExecutionId: id }
      : { __type: 'StageNotRetryableException', message: `${stageName} has not failed` };
  }

  private approve({ stages, executions, executionMode }: PlayedPipeline, token: string): Answer {
    const isAsked = executions.some((execution) =>
      stages.some(({ name, actions }) =>
        Object.keys(actions).some((action) => {
          const attempt = attemptsOf(this.momentOf(execution), `${name}/${action}`).at(-1);
          const known = executionMode === 'PARALLEL' ? attempt?.id : tokenOf(name, action);
          return attempt?.status === 'InProgress' && known === token;
        }),
      ),
    );
    return isAsked
      ? { approvedAt: this.begin }
      : { __type: 'InvalidApprovalTokenException', message: `${token} is no token` };
  }

  private execution(pipeline: PlayedPipeline, id: string): Answer {
    const execution = pipeline.executions.find((one) => one.id === id);
    if (!execution) {
      return { __type: 'PipelineExecutionNotFoundException', message: `no execution ${id}` };
    }
    this.look(execution);
    const { status, summary, version = pipeline.version ?? 1 } = this.momentOf(execution);
    return {
      pipelineExecution: {
        pipelineName: pipeline.name,
        pipelineVersion: version,
        pipelineExecutionId: id,
        status,
        statusSummary: summary,
        artifactRevisions: execution.revision
          ? [{ name: 'Source', revisionId: execution.revision, revisionSummary: execution.message }]
          : [],
        ...originOf(execution),
      },
    };
  }

  private summaries(pipeline: PlayedPipeline, filter: unknown): Answer {
    const stage = (filter as { succeededInStage?: { stageName?: string } } | undefined)?.succeededInStage?.stageName;
    const hasSucceeded = (execution: PlayedExecution): boolean =>
      stage === undefined || stageStatus(pipeline, stage, this.momentOf(execution)) === 'Succeeded';
    return {
      pipelineExecutionSummaries: pipeline.executions.filter(hasSucceeded).map((execution) => ({
        pipelineExecutionId: execution.id,
        status: this.momentOf(execution).status,
        startTime: this.begin + (execution.at ?? 0),
        sourceRevisions: execution.revision ? [{ actionName: 'Source', revisionId: execution.revision }] : [],
        ...originOf(execution),
      })),
    };
  }

  private state(pipeline: PlayedPipeline): Answer {
    return {
      pipelineName: pipeline.name,
      stageStates: pipeline.stages.map(({ name, actions }) => {
        const latest = pipeline.executions.find((one) => stageStatus(pipeline, name, this.momentOf(one)) !== undefined);
        return {
          stageName: name,
          ...(latest && {
            latestExecution: {
              pipelineExecutionId: latest.id,
              status: stageStatus(pipeline, name, this.momentOf(latest)),
              type: latest.backTo ? 'ROLLBACK' : 'STANDARD',
            },
          }),
          actionStates: Object.entries(actions).map(([action, provider]) => {
            const attempt = latest && attemptsOf(this.momentOf(latest), `${name}/${action}`).at(-1);
            return {
              actionName: action,
              ...(attempt && {
                latestExecution: {
                  status: attempt.status,
                  ...(provider === 'Manual' &&
                    attempt.status === 'InProgress' &&
                    pipeline.executionMode !== 'PARALLEL' && { token: tokenOf(name, action) }),
                },
              }),
            };
          }),
        };
      }),
    };
  }

  /** CloudWatch Logs answers with the same token again at the end of a log. */
  private logEvents({ logStreamName, startFromHead, nextToken, limit }: Input): Answer {
    const lines = this.logs.get(logStreamName) ?? [];
    const most = Number(limit ?? 10_000);
    const token = nextToken as string | undefined;
    const place = Number(token?.slice(2) ?? (startFromHead ? 0 : lines.length));
    const isForward = token ? token.startsWith('f/') : startFromHead;
    const start = isForward ? place : Math.max(0, place - most);
    const page = lines.slice(start, isForward ? start + most : place);
    return {
      events: page.map((message) => ({
        message: `${message}\n`,
        timestamp: this.begin * 1000,
        ingestionTime: this.begin * 1000,
      })),
      nextForwardToken: `f/${start + page.length}`,
      nextBackwardToken: `b/${start}`,
    };
  }

  private describedImages({ imageIds }: Input): Answer {
    const digest = (imageIds as unknown as { imageDigest: string }[])[0].imageDigest;
    const image = this.images.get(digest);
    return image
      ? { imageDetails: [{ ...image, findings: undefined, scan: undefined, imageDigest: digest }] }
      : { __type: 'ImageNotFoundException', message: `no image ${digest}` };
  }

  private scan({ imageId }: Input): Answer {
    const digest = (imageId as unknown as { imageDigest: string }).imageDigest;
    const { findings, scan = findings && 'COMPLETE' } = this.images.get(digest) ?? {};
    return !this.images.has(digest)
      ? { __type: 'ImageNotFoundException', message: `no image ${digest}` }
      : scan
        ? { imageScanStatus: { status: scan }, imageScanFindings: { findingSeverityCounts: findings } }
        : { __type: 'ScanNotFoundException', message: 'not scanned' };
  }
}

function tokenOf(stage: string, action: string): string {
  return `token-of-${stage}/${action}`;
}

/** The execution that a call begins. */
function begun({ executions }: PlayedPipeline, call: string): Answer {
  return { pipelineExecutionId: (executions.find(({ begunBy }) => begunBy === call) ?? executions[0]).id };
}

function declarationOf(
  { name, version = 1, executionMode = 'SUPERSEDED', variables = [], stages }: PlayedPipeline,
  region: string,
): Answer {
  return {
    pipeline: {
      name,
      roleArn: `arn:aws:iam::${ACCOUNT}:role/pipeline`,
      version,
      pipelineType: 'V2',
      executionMode,
      variables: variables.map((one) => ({ name: one })),
      stages: stages.map(({ name: stage, actions, onFailure, conditions = {} }) => ({
        name: stage,
        actions: Object.entries(actions).map(([action, provider]) => ({
          name: action,
          actionTypeId: { category: CATEGORIES[provider], owner: 'AWS', provider, version: '1' },
        })),
        ...(onFailure && { onFailure: { result: onFailure } }),
        ...Object.fromEntries(
          Object.entries(conditions).map(([when, { result, rule }]) => [
            when,
            {
              conditions: [
                { result, rules: [{ name: rule, ruleTypeId: { category: 'Rule', provider: 'LambdaInvoke' } }] },
              ],
            },
          ]),
        ),
      })),
    },
    metadata: { pipelineArn: `arn:aws:codepipeline:${region}:${ACCOUNT}:${name}` },
  };
}

/** https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback.html */
function originOf({ trigger = 'WebhookV2', failed, backTo }: PlayedExecution): Answer {
  const detail = { FailedPipelineExecutionId: failed };
  return {
    trigger: failed
      ? { triggerType: 'AutomatedRollback', triggerDetail: JSON.stringify(detail) }
      : { triggerType: trigger },
    executionType: backTo ? 'ROLLBACK' : 'STANDARD',
    ...(backTo && { rollbackMetadata: { rollbackTargetPipelineExecutionId: backTo } }),
  };
}

function attemptsOf({ actions }: Moment, key: string): PlayedAttempt[] {
  return [actions[key] ?? []].flat().map((one) => (typeof one === 'string' ? { status: one } : one));
}

function stageStatus({ stages }: PlayedPipeline, stage: string, moment: Moment): string | undefined {
  const names = Object.keys(stages.find(({ name }) => name === stage)?.actions ?? {});
  const statuses = names.map((name) => attemptsOf(moment, `${stage}/${name}`).at(-1)?.status);
  const all = (status: string): boolean => statuses.every((one) => one === status);
  return statuses.find((one) => one === 'Failed') ?? (all('Succeeded') ? 'Succeeded' : statuses.find(Boolean));
}

/** The newest first, as ListActionExecutions has it. */
function detailsOf(
  { stages }: PlayedPipeline,
  execution: PlayedExecution,
  moment: Moment,
  { region, begin }: { readonly region: string; readonly begin: number },
): Answer[] {
  const details = stages.flatMap(({ name, actions }) =>
    Object.entries(actions).flatMap(([action, provider]) =>
      attemptsOf(moment, `${name}/${action}`).map((attempt, index) => ({
        pipelineExecutionId: execution.id,
        actionExecutionId: `${execution.id}-${name}-${action}-${index}`,
        pipelineVersion: moment.version ?? 1,
        stageName: name,
        actionName: action,
        startTime: begin + (attempt.from ?? index),
        lastUpdateTime: begin + (attempt.to ?? (attempt.from ?? index) + 1),
        status: attempt.status,
        input: {
          actionTypeId: { category: CATEGORIES[provider], owner: 'AWS', provider, version: '1' },
          resolvedConfiguration: attempt.configuration ?? {},
          roleArn: attempt.role,
          region,
        },
        output: {
          executionResult: {
            externalExecutionId: attempt.id,
            externalExecutionSummary: attempt.summary,
            logStreamARN: attempt.logStream,
            ...(attempt.error && { errorDetails: { code: 'JobFailed', message: attempt.error } }),
          },
          outputVariables: attempt.variables ?? {},
        },
      })),
    ),
  );
  return details.reverse();
}
