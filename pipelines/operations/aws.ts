import type * as https from 'node:https';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { CodePipelineClient } from '@aws-sdk/client-codepipeline';
import { ECRClient } from '@aws-sdk/client-ecr';
import { defaultProvider } from '@aws-sdk/credential-provider-node';

/** Where pipelines are. */
export interface AwsOptions {
  /** A profile of the user's AWS configuration. @default - AWS_PROFILE, or `default` */
  readonly profile?: string;
  /** A Region. @default - AWS_REGION, or that of the profile */
  readonly region?: string;
  /** What connects to AWS; one that knows proxies, for example. @default - the SDK's own */
  readonly agent?: https.Agent;
  /** How often a call is tried: the SDK waits longer each time, and slows down where AWS asks for it. @default 4 */
  readonly attempts?: number;
}

/** The settings of a client, as the SDK takes them. */
type Settings = NonNullable<ConstructorParameters<typeof CodePipelineClient>[0]>;

/** Credentials, with what the SDK says of where it has found them. */
type Found = Awaited<ReturnType<ReturnType<typeof defaultProvider>>> & {
  readonly $source?: { readonly CREDENTIALS_ENV_VARS?: string };
};

/** How long a connection and an answer may take, in milliseconds. */
const PATIENCE = { connectionTimeout: 10_000, requestTimeout: 30_000 };

/** The clients of one login: credentials are found once for all of them, and found again after `renew`. */
export class Aws {
  private clients = new Map<string, unknown>();
  private credentials: ReturnType<typeof defaultProvider>;
  /** How any client connects, those that only fetch credentials among them. */
  private readonly requestHandler: Settings['requestHandler'];

  /** @param options where pipelines are */
  constructor(private readonly options: AwsOptions = {}) {
    const { agent } = options;
    this.requestHandler = { ...PATIENCE, ...(agent && { httpAgent: agent, httpsAgent: agent }) };
    this.credentials = this.provider();
  }

  /** Of CodePipeline, in the Region of the pipelines. */
  get codepipeline(): CodePipelineClient {
    return this.client('codepipeline', undefined, CodePipelineClient);
  }

  /**
   * Of CodeBuild.
   *
   * @param region the Region of the build, where it is another one
   */
  codebuild(region?: string): CodeBuildClient {
    return this.client('codebuild', region, CodeBuildClient);
  }

  /**
   * Of CloudWatch Logs.
   *
   * @param region the Region of the log, where it is another one
   */
  logs(region?: string): CloudWatchLogsClient {
    return this.client('logs', region, CloudWatchLogsClient);
  }

  /**
   * Of ECR.
   *
   * @param region the Region of the repository, where it is another one
   */
  ecr(region?: string): ECRClient {
    return this.client('ecr', region, ECRClient);
  }

  /** Forgets the credentials, which have expired: the next call finds those of a new login. */
  renew(): void {
    this.clients = new Map();
    this.credentials = this.provider();
  }

  /** Whether a new login changes anything: the keys of environment variables stay as they are for as long as this process runs. */
  async canRenew(): Promise<boolean> {
    const found = await this.credentials().catch(() => undefined);
    return !(found as Found | undefined)?.$source?.CREDENTIALS_ENV_VARS;
  }

  /** What finds credentials as the AWS CLI does; it reads the user's files again whenever it looks. */
  private provider(): ReturnType<typeof defaultProvider> {
    const { profile } = this.options;
    return defaultProvider({
      ...(profile && { profile }),
      ignoreCache: true,
      clientConfig: { requestHandler: this.requestHandler },
    });
  }

  private client<T>(service: string, region: string | undefined, Client: new (settings: Settings) => T): T {
    const key = `${service} ${region ?? ''}`;
    const client = (this.clients.get(key) as T | undefined) ?? new Client(this.settings(region));
    this.clients.set(key, client);
    return client;
  }

  private settings(region = this.options.region): Settings {
    const { profile, attempts = 4 } = this.options;
    return {
      ...(profile && { profile }),
      ...(region && { region }),
      maxAttempts: attempts,
      retryMode: 'adaptive',
      credentials: this.credentials,
      requestHandler: this.requestHandler,
    };
  }
}
