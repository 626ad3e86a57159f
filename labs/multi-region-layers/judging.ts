import { judgingParts, type Missing } from '../authoring';
import { type Parts, partsOf } from './parts';

/** The CloudFormation types of the pattern's resources. */
export const TYPE = {
  pipeline: 'AWS::CodePipeline::Pipeline',
  project: 'AWS::CodeBuild::Project',
  policy: 'AWS::IAM::Policy',
  alarm: 'AWS::CloudWatch::Alarm',
} as const;

/** What is said when a part that a judgement can't do without is missing. */
const MISSING: Missing<Parts> = {
  pipeline: () => ({
    seen: 'the template has no pipeline (AWS::CodePipeline::Pipeline)',
    wanted: 'a pipeline that builds a layer and publishes it',
    next: 'create a pipeline for a layer in the stack',
  }),
  project: ({ pipeline }) => ({
    seen: `${pipeline?.name ?? 'the pipeline'} has no action that runs a project of CodeBuild of this app`,
    wanted: 'an action that builds the layer',
    where: pipeline?.where,
    next: 'give the pipeline a stage that builds, with a project of CodeBuild',
  }),
  distributor: ({ pipeline }) => ({
    seen: `${pipeline?.name ?? 'the pipeline'} has no action that invokes a function of this app`,
    wanted: 'an action that hands what was built to a function, which publishes it',
    where: pipeline?.where,
    next: 'give the pipeline a stage behind the build whose action invokes a function',
  }),
  role: ({ distributor }) => ({
    seen: `the role of ${distributor?.name ?? 'the function'} is not in the template, so that its rights are unknown`,
    wanted: 'a role of the function that the app creates',
    where: distributor?.where,
    next: 'create the role in the stack, or let the function create its own',
  }),
};

/** A judgement of parts that the template must have. */
export const withParts = judgingParts(partsOf, MISSING);
