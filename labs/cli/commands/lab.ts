export { check } from '../lab/check';
export { diff } from '../lab/diff';
export { hint } from '../lab/hint';
export { next } from '../lab/next';
export { status } from '../lab/status';
