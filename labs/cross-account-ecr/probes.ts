import { DescribeRepositoriesCommand, ECRClient, GetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import { asList, type Deployed, dig, type Json, type Probe, ProbeFailure } from '../authoring';

const ecr = new ECRClient({});

/** What the registry does with what is pushed. */
async function keepsTags(deployed: Deployed): Promise<void> {
  const repositoryNames = [deployed.only('AWS::ECR::Repository')];
  const { repositories = [] } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames }));
  const [{ imageTagMutability, imageScanningConfiguration }] = repositories;
  if (!imageTagMutability?.startsWith('IMMUTABLE') || !imageScanningConfiguration?.scanOnPush) {
    const seen = `tags are ${imageTagMutability}, and scanOnPush is ${imageScanningConfiguration?.scanOnPush}`;
    throw new ProbeFailure(seen, 'immutable tags, and a scan of each push');
  }
}

/** The statements of the policy as it is deployed, by their ids. */
async function statementsOf(deployed: Deployed): Promise<ReadonlyMap<string, Json>> {
  const repositoryName = deployed.only('AWS::ECR::Repository');
  const { policyText = '{}' } = await ecr.send(new GetRepositoryPolicyCommand({ repositoryName }));
  const statements = asList(dig(JSON.parse(policyText), 'Statement'));
  return new Map(statements.map((one) => [String(dig(one, 'Sid')), one]));
}

const accountsOf = (values: readonly Json[]): string[] =>
  values.map((value) => /\b\d{12}\b/.exec(String(value))?.[0] ?? String(value)).sort();

/** The accounts are let in, one by one. */
async function letsAccountsIn(deployed: Deployed): Promise<void> {
  const people = (await statementsOf(deployed)).get('CrossAccountPermission');
  const principals = asList(dig(people, 'Principal', 'AWS')).map(String);
  if (principals.length === 0 || principals.some((one) => !/^(arn:.+::)?\d{12}(:root)?$/.test(one))) {
    throw new ProbeFailure(
      `CrossAccountPermission lets ${principals.join(', ') || 'nobody'} in`,
      'the roots of accounts',
    );
  }
}

/** The policy is what was meant, also after the function was made. */
async function hasTwoStatements(deployed: Deployed): Promise<void> {
  const statements = await statementsOf(deployed);
  const people = statements.get('CrossAccountPermission');
  const lambda = statements.get('LambdaECRImageCrossAccountRetrievalPolicy');
  const accounts = accountsOf(asList(dig(people, 'Principal', 'AWS')));
  const sources = accountsOf(asList(dig(lambda, 'Condition', 'StringLike', 'aws:sourceArn')));
  const seen = `${statements.size} statements: the accounts ${accounts.join(', ')}, and Lambda for ${sources.join(', ') || 'anybody'}`;
  if (statements.size !== 2 || sources.length === 0 || accounts.join() !== sources.join()) {
    throw new ProbeFailure(seen, 'two statements for the same accounts, and no other');
  }
}

/** What the pattern `cross-account-ecr` promises. */
export const probes: readonly Probe[] = [
  { name: 'Tags never move, and what is pushed is scanned', step: 'registry', run: keepsTags },
  {
    name: 'The accounts of the list are let in, and nobody by an asterisk',
    step: 'accounts-pull',
    run: letsAccountsIn,
  },
  { name: 'The policy has two statements, for the same accounts', step: 'lambda-pulls', run: hasTwoStatements },
];
