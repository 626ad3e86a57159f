import type { Goal } from './check';
import { firstFailure, when } from './verdicts';

/** Rule packs look at each template; which ones can't be seen of packs that find nothing. */
export const securityRules: Goal = {
  name: 'The security rules run at every synthesis',
  reads: [],
  judge: ({ isValidated, findings }) => {
    const errors = findings.filter(({ severity }) => severity === 'error');
    const [first] = errors;
    const others = errors.length - 1;
    return firstFailure(
      () =>
        when(isValidated, {
          seen: 'no rule pack looked at the app when it was synthesized',
          wanted: 'the packs AwsSolutions and Serverless of cdk-nag among the validations of the app',
          where: 'src/main.ts',
          next: 'add both packs to the validations of the app, and acknowledge what does not fit with a reason',
        }),
      () =>
        when(first === undefined, {
          seen: `cdk synth is stopped by ${first?.rule} at ${first?.construct}${others > 0 ? `, and by ${others} more` : ''}`,
          wanted: 'no finding that stops a synthesis',
          where: first?.where,
          next: 'mend what the rule names, or acknowledge it on that construct with a reason that is true',
        }),
    );
  },
};
