import { findPattern } from '../../../blueprints/catalog';
import { type ImageProcess, startImage } from '../../support/image-process';

/* What the image runs, without a builder and without a container. */

let image: ImageProcess;

beforeAll(async () => {
  image = await startImage(findPattern('cross-account-ecr'));
});

afterAll(() => image.stop());

/** An event as an HTTP API sends it: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
const request = (query?: Record<string, string>) => ({
  version: '2.0',
  routeKey: 'GET /hello',
  rawPath: '/hello',
  rawQueryString: new URLSearchParams(query).toString(),
  headers: {},
  ...(query ? { queryStringParameters: query } : {}),
  requestContext: { http: { method: 'GET', path: '/hello' } },
  isBase64Encoded: false,
});

test.each([
  [{ name: 'Ada' }, 'Hello, Ada!'],
  [undefined, 'Hello, world!'],
])('the bundle answers a request with %j as a process behind the Runtime API', async (query, message) => {
  expect(await image.invoke(request(query))).toEqual({
    kind: 'response',
    body: { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message }) },
  });
});
