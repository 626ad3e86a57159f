import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AssemblyContent, Finding, Resource, StackTemplate } from './assembly';
import { asList, dig, entriesAt, isObject, type Json, type JsonObject, readJson } from './json';
import { sourcePosition } from './source-position';

interface Templates {
  readonly stacks: readonly StackTemplate[];
  readonly resources: readonly Resource[];
}

/** The construct tree's record of where each resource was created, by construct path and by logical id. */
type Origins = ReadonlyMap<string, string>;

/**
 * Reads what a synthesis wrote: the stacks of the manifest with nested ones and those of stages, the positions of the
 * project's source that `<Stack>.metadata.json` records, and what the validation report tells of rule packs.
 *
 * @param folder the folder that holds `manifest.json`
 * @param project the project's folder, which positions are relative to
 * @returns what could be read; what is missing or no JSON is left out
 */
export function readAssemblyFolder(
  folder: string,
  project: string,
): Required<Pick<AssemblyContent, 'stacks' | 'resources' | 'findings' | 'isValidated'>> {
  const artifacts = entriesAt(readJson(join(folder, 'manifest.json')), 'artifacts');
  const ofType = (type: string): [string, Json][] => artifacts.filter(([, artifact]) => dig(artifact, 'type') === type);
  const stacks = ofType('aws:cloudformation:stack').map(([id, artifact]) => readStack(folder, project, id, artifact));
  const stages = ofType('cdk:cloud-assembly').map(([id, stage]) =>
    readAssemblyFolder(join(folder, String(dig(stage, 'properties', 'directoryName') ?? id)), project),
  );
  // Written only when something validates; aws-cdk-lib's own validation is switched off for a check.
  const report = join(folder, 'validation-report.json');
  const reports = asList(dig(readJson(report), 'pluginReports'));
  return {
    stacks: [...stacks, ...stages].flatMap((part) => part.stacks),
    resources: [...stacks, ...stages].flatMap((part) => part.resources),
    findings: [...reports.flatMap((one) => findingsOf(one, project)), ...stages.flatMap((stage) => stage.findings)],
    isValidated: existsSync(report),
  };
}

function readStack(folder: string, project: string, id: string, artifact: Json): Templates {
  const metadataFile = dig(artifact, 'additionalMetadataFile');
  const metadata = typeof metadataFile === 'string' ? readJson(join(folder, metadataFile)) : dig(artifact, 'metadata');
  return readTemplate(folder, String(dig(artifact, 'properties', 'templateFile')), {
    name: String(dig(artifact, 'properties', 'stackName') ?? id),
    environment: String(dig(artifact, 'environment') ?? ''),
    origins: readOrigins(metadata, project),
  });
}

function readTemplate(
  folder: string,
  file: string,
  stack: { readonly name: string; readonly environment: string; readonly origins: Origins },
): Templates {
  const template = readJson(join(folder, file));
  if (!isObject(template)) {
    return { stacks: [], resources: [] };
  }
  const nested = entriesAt(template, 'Resources').flatMap(([logicalId, resource]) => {
    const isStack = dig(resource, 'Type') === 'AWS::CloudFormation::Stack';
    const nestedFile = dig(resource, 'Metadata', 'aws:asset:path');
    return isStack && typeof nestedFile === 'string'
      ? [readTemplate(folder, nestedFile, { ...stack, name: `${stack.name}/${logicalId}` })]
      : [];
  });
  return {
    stacks: [{ name: stack.name, environment: stack.environment, template }, ...nested.flatMap((part) => part.stacks)],
    resources: [...resourcesOf(stack.name, template, stack.origins), ...nested.flatMap((part) => part.resources)],
  };
}

/**
 * The resources of a template, in its order.
 *
 * @param stack the name of its stack
 * @param template the template
 * @param origins where each was created. @default - not recorded
 */
export function resourcesOf(stack: string, template: Json, origins: Origins = new Map()): Resource[] {
  return entriesAt(template, 'Resources').map(([logicalId, resource]) =>
    toResource(stack, logicalId, resource, origins),
  );
}

function toResource(stack: string, logicalId: string, resource: Json, origins: Origins): Resource {
  const path = dig(resource, 'Metadata', 'aws:cdk:path');
  const where = origins.get(`/${path}`) ?? origins.get(logicalId);
  return {
    stack,
    logicalId,
    name: nameOf(path) ?? logicalId,
    type: String(dig(resource, 'Type') ?? ''),
    properties: Object.fromEntries(entriesAt(resource, 'Properties')) as JsonObject,
    ...(where ? { where } : {}),
  };
}

/** `orders-dev/Consumer/SqsEventSource:ordersdevQueue6305/Resource` is called `Consumer/SqsEventSource`. */
function nameOf(path: Json | undefined): string | undefined {
  const [, ...names] = typeof path === 'string' ? path.split('/') : [];
  const told = names.filter((name) => name !== 'Resource' && name !== 'Default').map((name) => name.split(':')[0]);
  return told.join('/') || undefined;
}

function readOrigins(metadata: Json | undefined, project: string): Origins {
  const origins = new Map<string, string>();
  for (const [path, entries] of entriesAt(metadata)) {
    const entry = (type: string): Json | undefined => asList(entries).find((one) => dig(one, 'type') === type);
    const where = sourcePosition(asList(dig(entry('aws:cdk:creationStack'), 'data')).map(String), project);
    const logicalId = dig(entry('aws:cdk:logicalId'), 'data');
    if (where) {
      origins.set(path, where);
      origins.set(String(logicalId ?? path), where);
    }
  }
  return origins;
}

function findingsOf(report: Json, project: string): Finding[] {
  return asList(dig(report, 'violations')).flatMap((violation) =>
    asList(dig(violation, 'violatingConstructs')).map((construct): Finding => {
      const frames = asList(dig(construct, 'stackTraces')).flatMap((trace) => String(trace).split('\n'));
      const where = sourcePosition(frames, project);
      return {
        rule: String(dig(violation, 'ruleName') ?? 'a rule without a name'),
        severity: dig(violation, 'severity') === 'warning' ? 'warning' : 'error',
        description: String(dig(violation, 'description') ?? '').trim(),
        construct: String(dig(construct, 'constructPath') ?? ''),
        ...(where ? { where } : {}),
      };
    }),
  );
}
