import type { Mutation } from '../authoring';

const REGISTRY = 'src/cross-account-ecr-stack.ts';
const FUNCTION = 'src/function-stack.ts';

/** Settings of the finished project that its own tests watch. */
export const mutations: readonly Mutation[] = [
  { setting: 'that tags never move', file: REGISTRY, from: 'TagMutability.IMMUTABLE,', to: 'TagMutability.MUTABLE,' },
  {
    setting: 'for whose functions Lambda pulls',
    file: REGISTRY,
    from: "resource: 'function:*'",
    to: "resource: '*'",
  },
  {
    setting: 'that others may pull and no more',
    file: REGISTRY,
    from: "const PULL = ['ecr:BatchGetImage', ",
    to: "const PULL = ['ecr:PutImage', 'ecr:BatchGetImage', ",
  },
  {
    setting: 'the account of the registry',
    file: FUNCTION,
    from: 'account: registry.account',
    to: 'account: this.account',
  },
  {
    setting: 'that the Region is the same',
    file: FUNCTION,
    from: 'stack.region !== region',
    to: 'stack.region === undefined',
  },
  {
    setting: 'who may call',
    file: 'src/hello-api.ts',
    from: '      defaultAuthorizer: new HttpIamAuthorizer(),\n',
    to: '',
  },
];
