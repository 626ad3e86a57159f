import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Acknowledges a finding of cdk-nag on a construct of the kit, and on what it is made of.
 *
 * @param construct the construct
 * @param rule the rule, `AwsSolutions-S1` for example
 * @param reason why it does not fit, in one sentence
 */
export function acknowledge(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: rule, reason });
}

/**
 * Acknowledges that permissions of a construct have a wildcard in one resource.
 *
 * @param construct the construct
 * @param arn the resource, as a statement names it
 * @param reason why nothing narrower can be named, in one sentence
 */
export function acknowledgeWildcard(construct: IConstruct, arn: string, reason: string): void {
  acknowledge(construct, `AwsSolutions-IAM5[Resource::${asText(Stack.of(construct).resolve(arn))}]`, reason);
}

/** A value of a template as cdk-nag writes it. */
function asText(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return String(value);
  }
  const [[intrinsic, of]] = Object.entries(value);
  return intrinsic === 'Fn::Join' ? of[1].map(asText).join('') : `<${[of].flat().join('.')}>`;
}
