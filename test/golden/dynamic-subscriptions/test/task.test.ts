import { taskIdOf } from '../src/task';

test.each([
  ['with the name of its cluster', 'arn:aws:ecs:eu-west-1:123456789012:task/orders/0a1b2c3d4e5f'],
  ['in the older form', 'arn:aws:ecs:eu-west-1:123456789012:task/0a1b2c3d4e5f'],
])('the id of a task stands at the end of its ARN, %s', (_, arn) => {
  expect(taskIdOf(arn)).toBe('0a1b2c3d4e5f');
});

test.each(['', '0a1b2c3d4e5f', 'arn:aws:ecs:eu-west-1:123456789012:service/orders/feed'])(
  '%j is no ARN of a task',
  (arn) => {
    expect(() => taskIdOf(arn)).toThrow('is no ARN of a task');
  },
);
