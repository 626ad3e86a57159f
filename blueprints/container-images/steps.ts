import type { Step } from '../pattern';

/** The steps of the lab `container-images`. */
export const steps: readonly Step[] = [
  {
    id: 'registry',
    title: 'A registry that nobody overwrites',
    goal: 'Keep images under tags that never move, look each through for weaknesses, and let Lambda alone pull them.',
  },
  {
    id: 'build-and-push',
    title: 'A pipeline that builds the image, and ends there',
    goal: 'Build an image of one platform for each commit, and push it by the commit and by the execution.',
  },
  {
    id: 'try-before-push',
    title: 'No push without a try',
    goal: 'Run the image, and let a wrong answer end the build before anything is pushed.',
  },
  {
    id: 'function-by-digest',
    title: 'A function that is bound to a digest',
    goal: 'Run an image by its digest, so that another image is another version, and callers keep one alias.',
  },
  {
    id: 'deployment-pipeline',
    title: 'A second pipeline, and one event between them',
    goal: 'Deploy the image of each execution that succeeded, and go back when a deployment fails.',
  },
  {
    id: 'what-runs-stays',
    title: 'Old images go, and what runs stays',
    goal: 'Let images expire, and never the one that the function runs.',
  },
  {
    id: 'alarms',
    title: 'Alarms, and the rules',
    goal: 'Be told when the function or a pipeline fails, and break no rule of security.',
  },
];
