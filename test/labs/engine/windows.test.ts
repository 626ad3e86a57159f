import { relative } from 'node:path';
import { withSlashes } from '../../../blueprints/paths';
import { sourcePosition } from '../../../labs/engine/source-position';

// The same code with the paths of Windows.
jest.mock('node:path', () => jest.requireActual('node:path').win32);

const PROJECT = 'C:\\Users\\Ann Lee\\orders';

test('a path of a project has forward slashes', () => {
  expect(withSlashes(relative(PROJECT, `${PROJECT}\\src\\functions\\work.ts`))).toBe('src/functions/work.ts');
});

test.each([
  ['a frame', [`    at new Stack (${PROJECT}\\src\\orders-stack.ts:21:5)`], 'src/orders-stack.ts:21'],
  ['a frame on a drive in lower case', ['    at c:\\Users\\Ann Lee\\orders\\src\\main.ts:3:1'], 'src/main.ts:3'],
  [
    'the first frame that is not of a package',
    [`at f (${PROJECT}\\node_modules\\aws-cdk-lib\\core.js:1:2)`, `at g (${PROJECT}\\src\\main.ts:7:2)`],
    'src/main.ts:7',
  ],
  ['no frame outside of the project', ['    at Object.<anonymous> (D:\\tools\\main.ts:1:1)'], undefined],
])('%s of a trace tells the place', (_, frames, where) => {
  expect(sourcePosition(frames, PROJECT)).toBe(where);
});
