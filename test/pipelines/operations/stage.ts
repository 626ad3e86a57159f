import { Aws, type Definition, definitionOf } from '../../../pipelines/operations';
import { type PlayedPipeline, PlayedPipelines } from '../../support/played-pipelines';

/** What tests play on. */
export interface Stage {
  /** Begins to play pipelines. */
  readonly playing: (...pipelines: readonly PlayedPipeline[]) => Promise<PlayedPipelines>;
  /** What is played. */
  readonly played: () => PlayedPipelines;
  /** Clients that are led there. */
  readonly aws: () => Aws;
}

/** A server that plays pipelines, for the tests of a file; it ends with each test. */
export function stage(): Stage {
  const env = { ...process.env };
  let played = new PlayedPipelines();
  let aws = new Aws();
  afterEach(() => {
    played.stop();
    process.env = { ...env };
  });
  return {
    playing: async (...pipelines) => {
      played = new PlayedPipelines(...pipelines);
      Object.assign(process.env, {
        AWS_ENDPOINT_URL: await played.start(),
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      });
      aws = new Aws({ region: 'eu-west-1', attempts: 1 });
      return played;
    },
    played: () => played,
    aws: () => aws,
  };
}

/**
 * The definition of a pipeline that is played.
 *
 * @param aws the clients
 * @param pipeline the pipeline
 */
export async function definition(aws: Aws, { name }: PlayedPipeline): Promise<Definition> {
  const found = await definitionOf(aws, name);
  if (!found) {
    throw new Error(`${name} is not played`);
  }
  return found;
}
