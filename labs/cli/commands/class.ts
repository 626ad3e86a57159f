export { handIn } from '../lab/handin';
export { report } from '../lab/report';
