import { DescribeRepositoriesCommand, ECRClient, GetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import { asList, type Deployed, dig, type Probe, ProbeFailure } from '../authoring';
import { accountsIn, deployedReading, excessIn, type Reading } from './policy';

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

/** What the policy allows as it is deployed. */
async function deployedPolicy(deployed: Deployed): Promise<Reading> {
  const repositoryName = deployed.only('AWS::ECR::Repository');
  const { policyText = '{}' } = await ecr.send(new GetRepositoryPolicyCommand({ repositoryName }));
  return deployedReading(asList(dig(JSON.parse(policyText), 'Statement')), { region: await ecr.config.region() });
}

/** The accounts are let in, one by one, to pull and no more. */
async function letsAccountsIn(deployed: Deployed): Promise<void> {
  const { grants } = await deployedPolicy(deployed);
  const other = grants.find(({ to, flaw }) => to === 'else' || flaw !== undefined);
  const [excess] = excessIn(grants);
  if (other || excess || accountsIn(grants, 'accounts').length === 0) {
    const seen = other ? `${other.told} is let in` : excess ? `${excess} is allowed` : 'no account is let in';
    throw new ProbeFailure(`by the policy ${seen}`, 'accounts that pull, each by its root, and no other');
  }
}

/** The policy is what was meant, also after the function was made. */
async function hasTwoStatements(deployed: Deployed): Promise<void> {
  const { grants, denials } = await deployedPolicy(deployed);
  const [accounts, lambdas] = [accountsIn(grants, 'accounts'), accountsIn(grants, 'lambda')].map((one) =>
    one.join(', '),
  );
  const count = grants.length + denials.length;
  if (count !== 2 || lambdas === '' || accounts !== lambdas) {
    const seen = `${count} statements: the accounts ${accounts || 'of nobody'}, and Lambda for ${lambdas || 'anybody'}`;
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
