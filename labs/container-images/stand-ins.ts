import type { StandIns } from '../authoring';

/** A rule names its pipeline by nothing but its name, so that anything with a name lets the rule be there. */
export const standIns: StandIns = {
  'AWS::CodePipeline::Pipeline': () => ({
    Type: 'AWS::SSM::Parameter',
    Properties: { Type: 'String', Value: 'a pipeline, which this emulator does not know' },
  }),
};
