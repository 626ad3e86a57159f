import type { Assembly, Resource } from './assembly';
import { asList, dig } from './json';

/**
 * Whether CloudFormation makes one resource only when another is there: because it says so (DependsOn), or refers to it,
 * itself or through others of its stack.
 *
 * @param assembly the assembly
 * @param later the resource that should wait
 * @param earlier the resource that it should wait for
 */
export function waitsFor(assembly: Assembly, later: Resource, earlier: Resource): boolean {
  const seen = new Set<Resource>([later]);
  for (const resource of seen) {
    for (const next of directly(assembly, resource)) {
      seen.add(next);
    }
  }
  return later !== earlier && seen.has(earlier);
}

function directly(assembly: Assembly, { stack, logicalId, properties }: Resource): Resource[] {
  const named = asList(dig(assembly.stacks.get(stack)?.template, 'Resources', logicalId, 'DependsOn'));
  const said = assembly.resources.filter((one) => one.stack === stack && named.includes(one.logicalId));
  const referred = assembly.targets(properties, stack).map(({ resource }) => resource);
  return [...said, ...referred.filter((one) => one.stack === stack)];
}
