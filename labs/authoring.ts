/*
 * All that a pattern's lab is written with, and the types of a pattern's data: what the labs of the kit import, and packages
 * of patterns as `serverless-atelier/authoring`.
 */
export type {
  Conflict,
  Dependency,
  Migration,
  OptionSpec,
  OptionValues,
  Pattern,
  RetiredOption,
  Step,
} from '../blueprints/pattern';
export { expiredImages, fitsTagPattern, type StoredImage } from '../modules/life-cycle';
export { alarmOn, alarmReads, judgeAlarm, type MetricWatch, type Watch } from './engine/alarms';
export type { Assembly, Resource, Target } from './engine/assembly';
export { type BuildCommand, type BuildScript, buildScript } from './engine/build-script';
export {
  type Check,
  type Failure,
  type Goal,
  mayRead,
  type Read,
  reads,
  type Verdict,
} from './engine/check';
export { waitsFor } from './engine/dependencies';
export type { StandIns } from './engine/deployment/cut';
export { functionAt, functionIn, roleOf } from './engine/functions';
export { asList, dig, entriesAt, isObject, type Json, type JsonObject } from './engine/json';
export type { Lab, Labs, Probes } from './engine/lab';
export { expiring, rulesOf, takenOf } from './engine/life-cycle-rules';
export {
  acting,
  alarmMetrics,
  dashboardMetrics,
  isMetricOf,
  type NamedMetric,
  type WatchedMetric,
} from './engine/metrics';
export type { Edit, Mistake, Mutation } from './engine/mutation';
export { type Having, judgingParts, type Missing } from './engine/parts';
export {
  type Excess,
  fitsWildcard,
  grantsOf,
  names,
  type Rights,
  rightsOn,
  type Statement,
  statementsOf,
} from './engine/permissions';
export type { IdlePrice, Prices } from './engine/prices';
export { type Deployed, type Probe, ProbeFailure } from './engine/probe';
export { judgeExpiry, judgeScan, judgeTags, movableTags } from './engine/registries';
export { type Buildspec, type Phase, readBuildspec } from './engine/rehearsal/buildspec';
export { type PipelineAction, pipelinesOf, type TemplatePipeline } from './engine/rehearsal/pipelines';
export { securityRules } from './engine/rule-packs';
export type { ShellCommand } from './engine/shell';
export {
  byArn,
  failed,
  firstFailure,
  held,
  mayOnly,
  type NumberWanted,
  numberWithin,
  type RightsWanted,
  reached,
  tooWide,
  when,
} from './engine/verdicts';
