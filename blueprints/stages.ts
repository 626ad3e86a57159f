import type { Place } from '../pipelines/bootstrap-commands';

/** A deployment of a generated project, as its option `stages` names it. */
export interface StageSpec {
  /** Its name, which its stack's name ends in. */
  readonly name: string;
  /** Whether its data is protected and kept. */
  readonly isProduction: boolean;
  /** Where it is deployed. @default - the account and Region of the AWS profile */
  readonly env?: Place;
}

/** What an account looks like: `123456789012`. */
export const ACCOUNT = /^\d{12}$/;

/** What a Region looks like: `eu-west-1`. */
export const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

const inside = ({ source }: RegExp): string => source.slice(1, -1);

/** What an account and a Region look like: `123456789012/eu-west-1`. */
export const PLACE = new RegExp(`^(${inside(ACCOUNT)})/(${inside(REGION)})$`);

/**
 * What a stage looks like: `dev`, `prod`, `dev=123456789012/eu-west-1`, or `live!=123456789012/eu-west-1`, where the mark
 * says that it is a production stage though it is not called `prod`.
 */
export const STAGE = new RegExp(`^([a-z][a-z0-9]*(?:-[a-z0-9]+)*)(!?)(?:=${inside(PLACE)})?$`);

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

/**
 * Reads an account and a Region.
 *
 * @param text what `PLACE` matches
 */
export function placeOf(text: string): Place {
  const [, account, region] = PLACE.exec(text) ?? [];
  return { account, region };
}
