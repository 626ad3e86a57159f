import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expiredImages } from 'serverless-atelier/modules';
import { ContainerImagesStack } from '../src/container-images-stack';

const template = Template.fromStack(new ContainerImagesStack(new App(), 'test', { keptImages: 20 }));
const [repository] = Object.values(template.findResources('AWS::ECR::Repository')).map(({ Properties }) => Properties);

test('images are looked through, and no tag moves but those of what runs', () => {
  expect(repository).toMatchObject({
    ImageScanningConfiguration: { ScanOnPush: true },
    ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
    ImageTagMutabilityExclusionFilters: [
      { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'live*' },
    ],
  });
});

test('Lambda alone pulls, for functions of this account', () => {
  expect(repository.RepositoryPolicyText.Statement).toEqual([
    {
      Sid: 'FunctionsOfThisAccountPull',
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      Condition: {
        StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
        ArnLike: { 'aws:SourceArn': expect.anything() },
      },
    },
  ]);
});

/** Images of a year, one a day: each has the tag of its commit and that of its execution. */
const year = Array.from({ length: 365 }, (_, age) => ({ age, tags: [`commit-${age}`, `exec-${age}`] }));

const expired = (images: typeof year): number[] =>
  expiredImages(repository.LifecyclePolicy.LifecyclePolicyText, images).map(({ age }) => age);

test('the newest images stay, and older ones go', () => {
  expect(expired(year)).toEqual(year.slice(20).map(({ age }) => age));
});

test.each(['live', 'live-next'])('an image with the tag %s stays, however old it is', (tag) => {
  const running = year.map(({ age, tags }) => (age === 300 ? { age, tags: [...tags, tag] } : { age, tags }));
  expect(expired(running)).not.toContain(300);
});
