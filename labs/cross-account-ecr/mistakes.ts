import type { Mistake } from '../authoring';

const REGISTRY = 'src/cross-account-ecr-stack.ts';
const FUNCTION = 'src/function-stack.ts';

/** What learners typically get wrong at each step, and what the check says then. */
export const mistakes: readonly Mistake[] = [
  {
    step: 'registry',
    mistake: 'leaves tags as they are by default',
    file: REGISTRY,
    from: '      imageTagMutability: TagMutability.IMMUTABLE,\n',
    to: '      imageTagMutability: TagMutability.MUTABLE,\n',
    seen: 'ImageTagMutability of Repository is MUTABLE',
  },
  {
    step: 'accounts-pull',
    mistake: 'lets others do all that there is',
    file: REGISTRY,
    from: '        actions: PULL,',
    to: "        actions: PULL.concat('ecr:*'),",
    seen: 'the policy of Repository allows ecr:* to others',
  },
  {
    step: 'lambda-pulls',
    mistake: 'lets Lambda pull for functions of anybody',
    file: REGISTRY,
    from: `        conditions: {
          StringLike: {
            'aws:sourceArn': props.accounts.map((account) =>
              this.formatArn({ service: 'lambda', account, resource: 'function:*' }),
            ),
          },
        },
`,
    to: '',
    seen: "a statement in the policy of Repository lets lambda.amazonaws.com pull, and no condition says for which account's functions",
  },
  {
    step: 'lambda-pulls',
    mistake: 'forgets the functions of all accounts but the own one',
    file: REGISTRY,
    from: "service: 'lambda', account, resource",
    to: "service: 'lambda', account: account && '111122223333', resource",
    seen: 'the policy of Repository lets 444455556666 use the image, and Lambda pull for 111122223333',
  },
  {
    step: 'function-by-digest',
    mistake: 'names the image by a tag',
    file: FUNCTION,
    from: 'tagOrDigest: imageDigest',
    to: "tagOrDigest: imageDigest && '1.0.0'",
    seen: 'ImageUri of Function ends with /orders-dev:1.0.0',
  },
  {
    step: 'function-by-digest',
    mistake: 'looks for the registry in the account of the function',
    file: FUNCTION,
    from: 'account: registry.account',
    to: 'account: this.account',
    seen: 'the image of Function is looked for in the account that it is deployed to',
  },
  {
    step: 'right-place',
    mistake: 'asks for another Region than that of the image',
    file: FUNCTION,
    from: 'Fn.conditionEquals(Aws.REGION, region)',
    to: "Fn.conditionEquals(Aws.REGION, 'eu-west-3')",
    seen: 'the rule of orders-dev-function lets other Regions in than us-east-1, where the image is',
  },
  {
    step: 'api',
    mistake: 'lets everybody call',
    file: 'src/hello-api.ts',
    from: '      defaultAuthorizer: new HttpIamAuthorizer(),\n',
    to: '',
    seen: 'AuthorizationType of Api/Hello/GET--hello is NONE',
  },
  {
    step: 'alarms',
    mistake: 'watches the server errors of all APIs of the account',
    file: FUNCTION,
    from: "api.metricServerError({ statistic: 'Sum' })",
    to: "api.metricServerError({ statistic: 'Sum' }).with({ dimensionsMap: {} })",
    seen: 'ApiServerErrors watches AWS/ApiGateway 5xx, but not of Api/Hello; no alarm watches 5xx of Api/Hello',
  },
];
