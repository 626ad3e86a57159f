import { handler } from '../../src/functions/hello';

beforeEach(() => {
  jest.spyOn(console, 'info').mockImplementation(() => {});
});

test.each([
  [{ queryStringParameters: { name: 'Ada' } }, 'Hello, Ada!'],
  [{ queryStringParameters: { name: '' } }, 'Hello, world!'],
  [{}, 'Hello, world!'],
])('%j is answered by a greeting', async (request, message) => {
  const { statusCode, body } = await handler(request);
  expect({ statusCode, answer: JSON.parse(body) }).toEqual({ statusCode: 200, answer: { message } });
});
