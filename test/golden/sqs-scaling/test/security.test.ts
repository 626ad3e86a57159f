import { app } from '../src/main';

test('the app breaks no rule of the AWS Solutions and Serverless packs', () => {
  expect(() => app.synth()).not.toThrow();
});
