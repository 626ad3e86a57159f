import type { Mutation } from '../authoring';

const STACK = 'src/multi-region-layers-stack.ts';

/** Settings of the finished project that its own tests watch. */
export const mutations: readonly Mutation[] = [
  {
    setting: 'the name of the layer',
    file: STACK,
    from: "      layerName,\n      directory: 'layer',",
    to: "      layerName: props.layerName,\n      directory: 'layer',",
  },
  {
    setting: 'the Regions of the layer',
    file: STACK,
    from: 'regions: props.regions,',
    to: 'regions: [props.regions[0]],',
  },
  { setting: 'what tries the layer', file: STACK, from: "checks: ['node layer/check.js'],", to: 'checks: [],' },
  { setting: 'which changes start the pipeline', file: STACK, from: "paths: ['layer/**']", to: "paths: ['**']" },
  { setting: 'the statistic of an alarm', file: STACK, from: 'Stats.SUM', to: 'Stats.MAXIMUM' },
];
