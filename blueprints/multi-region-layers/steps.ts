import type { Step } from '../pattern';

/** The steps from an empty stack to the finished pattern. Their ids are stored in projects and never change. */
export const steps: readonly Step[] = [
  {
    id: 'layer-build',
    title: 'Build a layer, and publish it',
    goal: 'A pipeline installs what a lock file says, and a function publishes it as a version of a layer.',
  },
  {
    id: 'compatibility',
    title: 'Say what the layer is for',
    goal: 'Each version names the runtimes and the architecture that it was built for.',
  },
  {
    id: 'regions',
    title: 'Publish in many Regions at once',
    goal: 'Each Region has an action of its own, which publishes the same content, fails alone, and is tried again.',
  },
  {
    id: 'checks',
    title: 'Try the layer before anybody gets it',
    goal: 'The build uses the packages as a function would, and a check that fails stops the pipeline.',
  },
  {
    id: 'sharing',
    title: 'Share it with the right ones',
    goal: 'Each version may be used by an organization, or by the accounts that are named, and by nobody else.',
  },
  {
    id: 'filter',
    title: 'Start when the layer changes',
    goal: 'A push to the branch that changes the layer starts the pipeline, and executions wait for each other.',
  },
  {
    id: 'alarms',
    title: 'Hear of what failed',
    goal: 'A topic tells its subscribers when the pipeline fails or its function crashes, and rules refuse what is not secure.',
  },
];
