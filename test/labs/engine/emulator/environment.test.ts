import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../../../blueprints/errors';
import { localEnvironment } from '../../../../labs/engine/emulator/environment';

const ENDPOINT = 'http://127.0.0.1:4566';
const before = { ...process.env };
const cache = mkdtempSync(join(tmpdir(), 'atelier-test-'));

beforeEach(() => {
  process.env.XDG_CACHE_HOME = cache;
});

afterEach(() => {
  process.env = { ...before };
});

afterAll(() => rmSync(cache, { recursive: true, force: true }));

test('nothing of a profile, of credentials or of a proxy reaches a child, whatever its case', () => {
  const users = {
    AWS_PROFILE: 'work',
    AWS_ACCESS_KEY_ID: 'AKIAREAL',
    AWS_SESSION_TOKEN: 'real',
    AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/real',
    CDK_DEFAULT_ACCOUNT: '123456789012',
    HTTPS_PROXY: 'http://proxy',
    http_proxy: 'http://proxy',
    All_Proxy: 'http://proxy',
  };
  Object.assign(process.env, users);
  const values = Object.values(localEnvironment(ENDPOINT));
  expect(values.filter((value) => Object.values(users).includes(value as string))).toEqual([]);
});

test('a child is aimed at the endpoint, in the account and the Region that are asked for', () => {
  expect(localEnvironment(ENDPOINT)).toMatchObject({
    AWS_ENDPOINT_URL: ENDPOINT,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_REGION: 'us-east-1',
  });
  expect(localEnvironment(ENDPOINT, '123456789012', 'eu-west-1')).toMatchObject({
    AWS_ACCESS_KEY_ID: '123456789012',
    AWS_DEFAULT_REGION: 'eu-west-1',
  });
});

test('its home is none of the user’s', () => {
  const { HOME, USERPROFILE } = localEnvironment(ENDPOINT);
  expect([HOME, USERPROFILE].every((home) => home?.startsWith(cache))).toBe(true);
});

test.each([
  'https://sqs.us-east-1.amazonaws.com',
  'https://cloudformation.cn-north-1.amazonaws.com.cn',
  'https://lambda.eu-west-1.api.aws',
  'no url',
])('%s is refused', (endpoint) => {
  expect(() => localEnvironment(endpoint)).toThrow(UsageError);
});

test.each([ENDPOINT, 'https://localhost:9297', 'http://amazonaws.com.example.org:4566'])('%s is taken', (endpoint) => {
  expect(localEnvironment(endpoint).AWS_ENDPOINT_URL).toBe(endpoint);
});
