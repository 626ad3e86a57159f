import {
  CodePipelineClient,
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
    await codepipeline.send(new PutJobFailureResultCommand({ jobId, failureDetails }));
  } else {
    console.info(told(outcome));
    const outputVariables = { LayerVersionArn: outcome.arn, Version: String(outcome.version) };
    const executionDetails = { summary: told(outcome), externalExecutionId: context.awsRequestId };
    await codepipeline.send(new PutJobSuccessResultCommand({ jobId, outputVariables, executionDetails }));
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
