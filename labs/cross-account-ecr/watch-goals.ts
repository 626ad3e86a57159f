import { alarmOn, alarmReads, type Goal, reads } from '../authoring';
import { withFunctions, withServing } from './judging';
import { TYPE } from './parts';

/** The function that fails. */
export const errorAlarm: Goal = {
  name: 'An alarm goes off when the function fails',
  reads: [reads(TYPE.alarm, 'MetricName', 'Invocations'), reads(TYPE.alarm, 'Dimensions', []), ...alarmReads(1000)],
  judge: withFunctions(['function'], ({ function: running }, assembly) =>
    alarmOn(assembly, running, {
      namespace: 'AWS/Lambda',
      metric: 'Errors',
      isCount: true,
      told: 'the errors of the function',
      largest: 10,
      because: 'a new image that is broken fails at once, and every call after it',
    }),
  ),
};

/** An image that can't be pulled is no error of the function, which never begins. */
export const apiAlarm: Goal = {
  name: 'An alarm goes off when the API gets no answer',
  reads: [reads(TYPE.alarm, 'MetricName', 'Count'), reads(TYPE.alarm, 'Dimensions', []), ...alarmReads(1000)],
  judge: withServing(['function', 'integration', 'api'], ({ api }, assembly) =>
    alarmOn(assembly, api, {
      namespace: 'AWS/ApiGateway',
      metric: '5xx',
      isCount: true,
      told: 'the server errors of the API',
      largest: 10,
      because: 'a function whose image is gone answers nobody',
    }),
  ),
};
