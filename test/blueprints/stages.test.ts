import { STAGE, stageOf } from '../../blueprints/stages';

test.each([
  ['dev', { name: 'dev', isProduction: false }],
  ['prod', { name: 'prod', isProduction: true }],
  ['live!', { name: 'live', isProduction: true }],
  [
    'eu-prod!=123456789012/eu-west-1',
    { name: 'eu-prod', isProduction: true, env: { account: '123456789012', region: 'eu-west-1' } },
  ],
  [
    'test=123456789012/us-gov-west-1',
    { name: 'test', isProduction: false, env: { account: '123456789012', region: 'us-gov-west-1' } },
  ],
])('%j is read', (text, stage) => {
  expect(stageOf(text)).toEqual(stage);
});

test.each(['', 'Dev', '-dev', 'dev-', 'dev=', 'dev=123/eu-west-1', 'dev=123456789012', 'dev=123456789012/eu', "d'ev"])(
  '%j is no stage',
  (text) => {
    expect(STAGE.test(text)).toBe(false);
  },
);
