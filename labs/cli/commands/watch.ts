export { watch } from '../lab/watch';
