import type { IRepository } from 'aws-cdk-lib/aws-codecommit';
import type { ActionBindOptions, ActionConfig, Artifact, GitPushFilter, IStage } from 'aws-cdk-lib/aws-codepipeline';
import {
  type Action,
  CodeCommitSourceAction,
  CodeCommitTrigger,
  CodeStarConnectionsSourceAction,
  type CodeStarConnectionsSourceActionProps,
  S3SourceAction,
  S3Trigger,
} from 'aws-cdk-lib/aws-codepipeline-actions';
import type { EventPattern } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { refuse } from './refusal';

/** What starts a pipeline among the pushes to a repository. */
export interface PushFilter {
  /** The branches whose pushes start the pipeline; `*` stands for any text. @default - the branch that is built */
  readonly branches?: readonly string[];
  /** The paths in the repository whose changes start it; `**` stands for any folders. @default - all */
  readonly paths?: readonly string[];
}

/** A repository behind a connection: of GitHub, GitLab or Bitbucket. */
export interface ConnectionSourceProps {
  /** The repository, as `owner/name`. */
  readonly repository: string;
  /** The branch that is built when the pipeline is started by hand. @default "main" */
  readonly branch?: string;
  /** Which pushes start the pipeline. @default - each to the branch */
  readonly filter?: PushFilter;
  /** Whether a push starts it at all. @default true */
  readonly triggerOnPush?: boolean;
}

/** A source action of a pipeline, and what belongs to it. */
export interface BoundSource {
  /** The action. */
  readonly action: Action;
  /** What names the revision in other actions: a commit, or the version of an object. */
  readonly revision: string;
  /** The pushes that start the pipeline. @default - its own change detection */
  readonly pushFilter?: GitPushFilter;
  /** The event that starts the pipeline. @default - its own change detection */
  readonly startedBy?: EventPattern;
}

/** The name of every source action, and of the namespace of its variables. */
const SOURCE = 'Source';

/** How many branches, or paths, a filter takes: https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html */
const MAX_FILTERS = 8;

/**
 * Where a pipeline takes its sources from.
 *
 * @example
 * PipelineSource.connection(connectionArn, { repository: 'acme/layers', filter: { paths: ['layer/**'] } });
 */
export abstract class PipelineSource {
  /**
   * A repository behind a connection that somebody has completed in the console: of GitHub, GitLab or Bitbucket.
   *
   * @param connectionArn the connection's ARN
   * @param props the repository, and what starts the pipeline
   * @throws Error when the repository is no `owner/name`, or a filter can't be
   */
  static connection(connectionArn: string, props: ConnectionSourceProps): PipelineSource {
    return new ConnectionSource(connectionArn, props);
  }

  /**
   * A repository of CodeCommit. A push to the branch starts the pipeline; CodeCommit knows no filter of paths.
   *
   * @param repository the repository
   * @param branch the branch that is built. @default "main"
   * @param triggerOnPush whether a push starts the pipeline at all. @default true
   */
  static codeCommit(repository: IRepository, branch = 'main', triggerOnPush = true): PipelineSource {
    return new CodeCommitSource(repository, branch, triggerOnPush);
  }

  /**
   * A zip in a bucket that keeps versions. A new version starts the pipeline.
   *
   * @param bucket the bucket; one of another app has to tell EventBridge of new objects, one of this app does
   * @param key the zip's key
   * @throws Error, when it becomes part of a pipeline, for a bucket of this app that keeps no versions
   */
  static s3(bucket: IBucket, key: string): PipelineSource {
    return new S3Source(bucket, key);
  }

  /**
   * The source as an action.
   *
   * @param output the artifact that the sources become
   */
  abstract bind(output: Artifact): BoundSource;
}

class ConnectionSource extends PipelineSource {
  private readonly owner: string;
  private readonly repo: string;

  constructor(
    private readonly connectionArn: string,
    private readonly props: ConnectionSourceProps,
  ) {
    super();
    const { repository, filter = {} } = props;
    const [owner, ...repo] = repository.split('/');
    if (!owner || repo.length === 0 || repo.includes('')) {
      refuse(`the repository ${JSON.stringify(repository)} has no owner`, 'owner/name', 'acme/layers');
    }
    if (props.filter && props.triggerOnPush === false) {
      refuse('a filter of pushes is given, and no push starts the pipeline', 'one of the two', 'triggerOnPush: true');
    }
    for (const [kind, values] of Object.entries({ branches: filter.branches, paths: filter.paths })) {
      if (values && (values.length === 0 || values.length > MAX_FILTERS)) {
        refuse(`the filter has ${values.length} ${kind}`, `1 to ${MAX_FILTERS}`, `${kind}: ['${values[0] ?? 'main'}']`);
      }
    }
    [this.owner, this.repo] = [owner, repo.join('/')];
  }

  bind(output: Artifact): BoundSource {
    const { branch = 'main', filter, triggerOnPush } = this.props;
    const action = new ConnectionSourceAction({
      actionName: SOURCE,
      variablesNamespace: SOURCE,
      connectionArn: this.connectionArn,
      owner: this.owner,
      repo: this.repo,
      branch,
      output,
      triggerOnPush,
    });
    const pushFilter = filter && {
      branchesIncludes: [...(filter.branches ?? [branch])],
      ...(filter.paths ? { filePathsIncludes: [...filter.paths] } : {}),
    };
    return { action, revision: action.variables.commitId, pushFilter };
  }
}

/** Connections were renamed, and the permission's prefix has to be that of the ARN: https://github.com/aws/aws-cdk/issues/30957 */
class ConnectionSourceAction extends CodeStarConnectionsSourceAction {
  constructor(private readonly settings: CodeStarConnectionsSourceActionProps) {
    super(settings);
  }

  protected bound(scope: Construct, stage: IStage, options: ActionBindOptions): ActionConfig {
    const resources = [this.settings.connectionArn];
    options.role.addToPrincipalPolicy(new PolicyStatement({ actions: ['codeconnections:UseConnection'], resources }));
    return super.bound(scope, stage, options);
  }
}

class CodeCommitSource extends PipelineSource {
  constructor(
    private readonly repository: IRepository,
    private readonly branch: string,
    private readonly triggerOnPush: boolean,
  ) {
    super();
  }

  bind(output: Artifact): BoundSource {
    const { repository, branch, triggerOnPush } = this;
    const action = new CodeCommitSourceAction({
      actionName: SOURCE,
      variablesNamespace: SOURCE,
      repository,
      branch,
      output,
      trigger: CodeCommitTrigger.NONE,
    });
    const startedBy = {
      source: ['aws.codecommit'],
      detailType: ['CodeCommit Repository State Change'],
      resources: [repository.repositoryArn],
      detail: { event: ['referenceCreated', 'referenceUpdated'], referenceType: ['branch'], referenceName: [branch] },
    };
    return { action, revision: action.variables.commitId, ...(triggerOnPush ? { startedBy } : {}) };
  }
}

class S3Source extends PipelineSource {
  constructor(
    private readonly bucket: IBucket,
    private readonly key: string,
  ) {
    super();
  }

  bind(output: Artifact): BoundSource {
    const resource = this.bucket.node.defaultChild;
    if (resource instanceof CfnBucket) {
      if (!resource.versioningConfiguration) {
        refuse(
          'the bucket of the sources keeps no versions',
          'a bucket that does',
          "new Bucket(this, 'Sources', { versioned: true })",
        );
      }
      this.bucket.enableEventBridgeNotification();
    }
    const action = new ObjectSourceAction({
      actionName: SOURCE,
      variablesNamespace: SOURCE,
      bucket: this.bucket,
      bucketKey: this.key,
      output,
      trigger: S3Trigger.NONE,
    });
    const startedBy = {
      source: ['aws.s3'],
      detailType: ['Object Created'],
      detail: { bucket: { name: [this.bucket.bucketName] }, object: { key: [this.key] } },
    };
    return { action, revision: action.variables.versionId, startedBy };
  }
}

/** The CDK grants reading by prefixes of actions; the resources are the bucket and the one object. */
class ObjectSourceAction extends S3SourceAction {
  protected bound(scope: Construct, stage: IStage, options: ActionBindOptions): ActionConfig {
    for (const action of ['s3:GetObject*', 's3:GetBucket*', 's3:List*']) {
      const reason = 'The CDK grants reading by prefixes of actions, on the bucket and its one object alone.';
      acknowledge(options.role, `AwsSolutions-IAM5[Action::${action}]`, reason);
    }
    return super.bound(scope, stage, options);
  }
}
