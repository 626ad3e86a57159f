import {
  type ActionState,
  type Aws,
  type BuildFailure,
  buildFailure,
  type ExecutionState,
  printable,
} from '../../../pipelines/operations';

/** Why a build has failed, or why that can't be told. */
export type Explanation = BuildFailure | { readonly unknown: string };

/** An action that has failed: how it is named in its stage, and what is known of it. */
export interface Failed {
  readonly stage: string;
  readonly action: ActionState;
}

/**
 * The actions of an execution that have failed.
 *
 * @param state the execution
 * @param attempts which attempts of an action count. @default - the latest
 */
export function failedOf(
  { stages }: ExecutionState,
  attempts: (action: ActionState) => readonly ActionState[] = (action) => [action],
): Failed[] {
  return stages.flatMap(({ name, actions }) =>
    actions
      .flatMap(attempts)
      .filter(({ status }) => status === 'failed')
      .map((action) => ({ stage: name, action })),
  );
}

/**
 * Why a build has failed, or that it can't be told: a log is worth less than the rest.
 *
 * @param aws the clients
 * @param action the action that has failed
 * @returns undefined when it was no build, or it is gone
 */
export function explanationOf(aws: Aws, action: ActionState): Promise<Explanation | undefined> {
  return buildFailure(aws, action).catch(unexplained);
}

/**
 * That it can't be told why a build has failed.
 *
 * @param error what AWS has answered
 */
export function unexplained({ message }: Error): Explanation {
  return { unknown: printable(message) };
}

/**
 * Why a build has failed, in words: a sentence, and what the command has printed.
 *
 * @param explanation why, or why that can't be told
 */
export function explanationWords(explanation: Explanation): {
  readonly sentence: string;
  readonly lines: readonly string[];
} {
  if ('unknown' in explanation) {
    return { sentence: `its log can't be read: ${explanation.unknown}`, lines: [] };
  }
  const { phase, command, reason, lines } = explanation;
  return { sentence: `${phase}: ${[command, reason].filter(Boolean).join('  ')}`, lines };
}
