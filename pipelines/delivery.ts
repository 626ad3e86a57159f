import { join } from 'node:path';
import { type AspectApplication, Aspects, type Environment, Stack, Stage } from 'aws-cdk-lib';
import { StageDeployment } from 'aws-cdk-lib/pipelines';
import type { Construct, IConstruct } from 'constructs';
import { refuse } from './refusal';

/** A deployment of the app. */
export interface DeliveryStage {
  /** Its name, which the stage of the pipeline has as well. */
  readonly name: string;
  /** Whether somebody has to approve before it is deployed. @default false */
  readonly isProduction?: boolean;
  /** Its account and Region. @default - those of the pipeline */
  readonly env?: Environment;
}

/** Adds the stacks of a stage, with ids that tell stages apart, and in the account and Region of the stage. */
export type AddStacks = (scope: Construct, stage: DeliveryStage) => void;

/**
 * What is delivered to a stage: the stacks that the app has for it, once more. They are in a tree of their own, since names and
 * logical ids that the CDK makes of paths have to be those of the app: what was deployed by hand is then what is delivered.
 */
export class Delivery {
  private readonly root: Stage;
  /** Each stack of the app, its copy, and how many aspects both got when they were made. */
  private readonly twins: ReadonlyArray<{ readonly stack: Stack; readonly copy: Stack; readonly aspects: number }>;

  /**
   * @param app the app
   * @param stage the stage that is delivered to
   * @param add adds the stacks of the stage
   * @throws Error for a stage without stacks, or with one elsewhere, in one line
   */
  constructor(
    private readonly app: Stage,
    readonly stage: DeliveryStage,
    add: AddStacks,
  ) {
    add(app, stage);
    // As the CDK makes an app, but for what is done once for all of it: reports, and the validation of templates.
    this.root = new Stage(undefined as unknown as Construct, '', {
      outdir: join(app.outdir, `delivery-${stage.name}`),
    });
    for (const [key, value] of Object.entries(app.node.getAllContext())) {
      this.root.node.setContext(key, value);
    }
    add(this.root, stage);
    this.twins = stacksIn(this.root).map((copy) => {
      const stack = childAt(app, copy.node.path) as Stack;
      return { stack, copy, aspects: Aspects.of(stack).applied.length };
    });
    this.check();
  }

  /** The stage of the pipeline. What was attached to the app and its stacks since, tags or rules, holds for the copies too. */
  readonly synthesize = (): StageDeployment => {
    for (const outer of this.app.node.scopes) {
      attach(this.root, Aspects.of(outer).applied);
    }
    for (const { stack, copy, aspects } of this.twins) {
      attach(copy, Aspects.of(stack).applied.slice(aspects));
    }
    return StageDeployment.fromStage(this.root, { stageName: this.stage.name });
  };

  private check(): void {
    const { name, env } = this.stage;
    const example = '(scope, { name, env }) => new OrdersStack(scope, name, { env })';
    if (this.twins.length === 0) {
      refuse(`the stage ${name} has no stacks`, 'one or more, in the scope that is given', example);
    }
    const elsewhere = this.twins.find(
      ({ copy }) => env && (copy.account !== env.account || copy.region !== env.region),
    );
    if (elsewhere) {
      const problem = `the stack ${elsewhere.copy.stackName} is not where its stage is, ${env?.account}/${env?.region}`;
      refuse(problem, 'the account and the Region of the stage', example);
    }
  }
}

function attach(construct: IConstruct, aspects: readonly AspectApplication[]): void {
  for (const { aspect, priority } of aspects) {
    Aspects.of(construct).add(aspect, { priority });
  }
}

function stacksIn(root: IConstruct): Stack[] {
  return root.node.findAll().filter((node) => Stack.isStack(node));
}

function childAt(root: IConstruct, path: string): IConstruct {
  return path.split('/').reduce((node, id) => node.node.findChild(id), root);
}
