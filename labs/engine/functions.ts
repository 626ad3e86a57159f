import type { Assembly, Resource } from './assembly';
import type { Json } from './json';

/**
 * The function that a property names, directly or through an alias or a version.
 *
 * @param assembly the assembly
 * @param holder the resource that has the property
 * @param path names joined by points
 * @returns undefined when it names no function of the assembly, or several
 */
export function functionAt(assembly: Assembly, holder: Resource, path: string): Resource | undefined {
  return functionIn(assembly, holder, assembly.property(holder, path));
}

/**
 * The function that a value names, directly or through an alias or a version.
 *
 * @param assembly the assembly
 * @param holder the resource that the value stands in
 * @param value a value of a template
 * @returns undefined when it names no function of the assembly, or several
 */
export function functionIn(assembly: Assembly, holder: Resource, value: Json | undefined): Resource | undefined {
  const found = new Set(assembly.targets(value, holder.stack).map(({ resource }) => resource));
  const [target] = found.size === 1 ? [...found] : [];
  const isQualified = target && ['AWS::Lambda::Alias', 'AWS::Lambda::Version'].includes(target.type);
  const named = isQualified ? assembly.resourceAt(target, 'FunctionName') : target;
  return named?.type === 'AWS::Lambda::Function' ? named : undefined;
}

/**
 * The role of a function.
 *
 * @param assembly the assembly
 * @param holder the function, or another resource that has a role
 * @param property the property that names the role. @default "Role"
 * @returns undefined when the role is not in the assembly
 */
export function roleOf(assembly: Assembly, holder: Resource, property = 'Role'): Resource | undefined {
  const role = assembly.resourceAt(holder, property);
  return role?.type === 'AWS::IAM::Role' ? role : undefined;
}
