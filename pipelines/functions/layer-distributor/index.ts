import {
  CodePipelineClient,
  InvalidJobStateException,
  JobNotFoundException,
  PutJobFailureResultCommand,
  PutJobSuccessResultCommand,
} from '@aws-sdk/client-codepipeline';
import type { CodePipelineEvent, Context } from 'aws-lambda';
import { type Published, publish } from './publish';

const codepipeline = new CodePipelineClient({ maxAttempts: 8 });

/**
 * Does a job of CodePipeline: publishes the layer that is its input in one Region, and reports how that went. The event holds
 * credentials, so nothing of it is logged.
 *
 * @param event the job
 * @param context the invocation
 * @throws Error when the result can't be reported: Lambda then tries again, and the same content is not published twice
 */
export async function handler(event: CodePipelineEvent, context: Pick<Context, 'awsRequestId'>): Promise<void> {
  const { id: jobId, data } = event['CodePipeline.job'];
  const outcome = await publish(data).catch(asError);
  if (outcome instanceof Error) {
    console.error(outcome.message);
    const failureDetails = {
      type: 'JobFailed',
      message: outcome.message.slice(0, MAX_MESSAGE),
      externalExecutionId: context.awsRequestId,
    } as const;
    await reported(codepipeline.send(new PutJobFailureResultCommand({ jobId, failureDetails })));
  } else {
    console.info(told(outcome));
    const outputVariables = { LayerVersionArn: outcome.arn, Version: String(outcome.version) };
    const executionDetails = { summary: told(outcome), externalExecutionId: context.awsRequestId };
    await reported(codepipeline.send(new PutJobSuccessResultCommand({ jobId, outputVariables, executionDetails })));
  }
}

/** An event may come twice, and a job is over with its first report: the second one has nothing to tell. */
async function reported(report: Promise<unknown>): Promise<void> {
  try {
    await report;
  } catch (error) {
    if (!(error instanceof InvalidJobStateException || error instanceof JobNotFoundException)) {
      throw error;
    }
    console.info(`the job is over already: ${error.name}`);
  }
}

/** https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_FailureDetails.html */
const MAX_MESSAGE = 5000;

function told({ arn, isNew }: Published): string {
  return isNew ? `published ${arn}` : `${arn} has this content already`;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
