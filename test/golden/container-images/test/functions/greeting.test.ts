import { handler } from '../../src/functions/greeting';

beforeEach(() => {
  jest.spyOn(console, 'info').mockImplementation(() => {});
});

test('a visitor is greeted by name', async () => {
  expect(await handler({ name: 'Ada' })).toEqual({ greeting: 'Hello, Ada!' });
});

test('an event without a name is refused, and says what to send', async () => {
  await expect(handler({})).rejects.toThrow('the event has no name; send { "name": "Ada" } for example');
});
