import { required } from '../src/environment';

test('a variable that is not set is named', () => {
  expect(() => required('NOT_SET')).toThrow('NOT_SET');
});
