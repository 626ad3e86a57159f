/** A deployment of a generated project, as its option `stages` names it. */
export interface StageSpec {
  /** Its name, which its stack's name ends in. */
  readonly name: string;
  /** Whether its data is protected and kept. */
  readonly isProduction: boolean;
  /** Where it is deployed. @default - the account and Region of the AWS profile */
  readonly env?: { readonly account: string; readonly region: string };
}

/**
 * What a stage looks like: `dev`, `prod`, `dev=123456789012/eu-west-1`, or `live!=123456789012/eu-west-1`, where the mark
 * says that it is a production stage though it is not called `prod`.
 */
export const STAGE = /^([a-z][a-z0-9]*(?:-[a-z0-9]+)*)(!?)(?:=(\d{12})\/([a-z]{2}(?:-[a-z]+)+-\d))?$/;

/**
 * Reads a stage.
 *
 * @param text what `STAGE` matches
 */
export function stageOf(text: string): StageSpec {
  const [, name, mark, account, region] = STAGE.exec(text) ?? [];
  const isProduction = name === 'prod' || mark === '!';
  return { name, isProduction, ...(account ? { env: { account, region } } : {}) };
}
