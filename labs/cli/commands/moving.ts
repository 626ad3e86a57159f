export { goTo } from '../lab/goto';
export { reset } from '../lab/reset';
export { solve } from '../lab/solve';
export { undo } from '../lab/undo';
