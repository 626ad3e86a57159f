import {
  type Assembly,
  asList,
  dig,
  entriesAt,
  failed,
  type Goal,
  type Json,
  type Resource,
  reached,
  reads,
  when,
} from '../authoring';
import { originOf, placeOf } from './function-goals';
import { withParts } from './judging';
import { TYPE } from './parts';

/** The assertions of the template of a stack: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html */
function assertionsOf(assembly: Assembly, { stack }: Resource, about: string): Json[] {
  return entriesAt(assembly.stacks.get(stack)?.template, 'Rules')
    .flatMap(([, rule]) => asList(dig(rule, 'Assertions')))
    .filter((assertion) => JSON.stringify(dig(assertion, 'Assert')).includes(`"${about}"`));
}

const says = (assertions: readonly Json[], value: string): boolean =>
  assertions.some((assertion) => JSON.stringify(dig(assertion, 'Assert')).includes(`"${value}"`));

const image = (region: string): string =>
  `111122223333.dkr.ecr.${region}.amazonaws.com/orders@sha256:${'a'.repeat(64)}`;

/** Registry and function have to be in one Region: https://docs.aws.amazon.com/lambda/latest/dg/images-create.html */
export const regionRefused: Goal = {
  name: 'A function in another Region is refused',
  reads: [reads(TYPE.function, 'Code.ImageUri', image('ap-south-2'), image('af-south-1'))],
  judge: withParts(['function'], ({ function: running }, assembly) => {
    const { region } = originOf(assembly, running);
    const { region: own } = placeOf(assembly, running);
    if (region.includes('AWS::Region') || region === own) {
      return reached;
    }
    if (own !== undefined) {
      return failed({
        seen: `${running.name} is deployed to ${own}, and its image is in ${region}`,
        wanted: 'one Region: Lambda pulls images only from a registry in its own',
        where: running.where,
        next: 'deploy the function to the Region of the registry',
      });
    }
    const assertions = assertionsOf(assembly, running, 'AWS::Region');
    return when(says(assertions, region), {
      seen:
        assertions.length === 0
          ? `the stack ${running.stack} can be deployed to any Region, and its image is in ${region}`
          : `the rule of ${running.stack} lets other Regions in than ${region}, where the image is`,
      wanted: `a rule of the template (Rules) that asserts AWS::Region to be ${region}, or a stack that has this Region`,
      where: running.where,
      next: 'add a rule to the stack of the function, with the reason as its description',
    });
  }),
};
