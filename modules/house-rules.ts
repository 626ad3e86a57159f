import type { App } from 'aws-cdk-lib';

/**
 * What a package of a platform team's exports as `applyHouseRules`: it is called once, with the app and all of its stacks made,
 * and before the app is synthesized. It may add aspects (of mutating priority, so that what they set is seen by the rules that
 * look at the app), tags, permissions boundaries and plugins that validate. What it refuses, it refuses by a validation; it
 * makes no resources that an app would have to know of.
 *
 * @example
 * import { AspectPriority, Aspects, Stack, Tags } from 'aws-cdk-lib';
 * import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
 * import type { HouseRules } from 'serverless-atelier/modules';
 *
 * export const applyHouseRules: HouseRules = (app) => {
 *   Tags.of(app).add('owner', 'orders');
 *   for (const stack of app.node.findAll().filter(Stack.isStack)) {
 *     PermissionsBoundary.of(stack).apply(ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'house-boundary'));
 *   }
 * };
 */
export type HouseRules = (app: App) => void;
