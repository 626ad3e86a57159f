import { Assembly } from './assembly';
import { type SourceError, sourceError } from './sources';

/**
 * What a project makes, as checks judge it: what it synthesizes to, and an error when a source of it can't be compiled, of
 * which a template shows nothing.
 *
 * @param folder the project's folder
 * @param synthesis synthesizes it; its sources are read meanwhile
 */
export async function assemblyOf(folder: string, synthesis: () => Promise<Assembly>): Promise<Assembly> {
  const [assembly, source] = await Promise.all([synthesis(), sourceError(folder)]);
  return assembly.error === undefined && source ? withError(assembly, source) : assembly;
}

function withError(assembly: Assembly, { text, where }: SourceError): Assembly {
  return new Assembly({
    stacks: [...assembly.stacks.values()],
    resources: assembly.resources,
    findings: assembly.findings,
    isValidated: assembly.isValidated,
    error: `it can't be compiled: ${text}`,
    errorWhere: where,
  });
}
