import type { Mutation } from '../authoring';

/** Settings of the finished project that its own tests watch. */
export const mutations: readonly Mutation[] = [
  {
    setting: 'that what runs stays',
    file: 'src/container-images-stack.ts',
    from: "tagPatternList: ['live*']",
    to: "tagPatternList: ['live']",
  },
  {
    setting: 'that tags never move',
    file: 'src/container-images-stack.ts',
    from: 'TagMutability.IMMUTABLE_WITH_EXCLUSION',
    to: 'TagMutability.MUTABLE_WITH_EXCLUSION',
  },
  {
    setting: 'that an image is tried',
    file: 'src/image-pipeline-stack.ts',
    from: "checks: ['sh image/try.sh']",
    to: 'checks: []',
  },
  {
    setting: 'the image that runs',
    file: 'src/function-stack.ts',
    from: 'tagOrDigest: digestIn(this),',
    to: "tagOrDigest: digestIn(this) && 'main',",
  },
  {
    setting: 'which failures are told',
    file: 'src/function-stack.ts',
    from: "metricName: 'FailedPipelineExecutions'",
    to: "metricName: 'SucceededPipelineExecutions'",
  },
  {
    setting: 'the tag of what runs',
    file: 'src/deployment-stack.ts',
    from: "liveTag: 'live'",
    to: "liveTag: 'running'",
  },
];
