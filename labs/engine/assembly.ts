import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isRecord, type Json, type JsonObject } from './json';
import { sourcePosition } from './source-position';

/** A resource of a template. */
export interface Resource {
  /** The name of its stack. */
  readonly stack: string;
  /** Its logical id in that stack's template. */
  readonly logicalId: string;
  /** Its CloudFormation type, for example `AWS::SQS::Queue`. */
  readonly type: string;
  /** Its properties as the template has them: numbers, texts and intrinsic functions. */
  readonly properties: JsonObject;
  /** Where the project's source creates it, `src/orders-stack.ts:21` for example. @default - not recorded */
  readonly where?: string;
}

/** A stack, nested ones included. */
export interface StackTemplate {
  /** Its name; a nested stack's is `<parent>/<logical id in the parent>`. */
  readonly name: string;
  /** The environment it is deployed to, `aws://123456789012/eu-west-1` for example. */
  readonly environment: string;
  /** The whole template. */
  readonly template: JsonObject;
}

/** A finding of a rule pack (cdk-nag), as the validation report names it. */
export interface Finding {
  /** The rule, `AwsSolutions-SQS3` for example. */
  readonly rule: string;
  /** Whether it stops `cdk synth`. */
  readonly severity: 'error' | 'warning';
  /** What is wrong, in the rule's own words. */
  readonly description: string;
  /** The construct's path in the app. */
  readonly construct: string;
  /** Where the project's source creates the construct. @default - not recorded */
  readonly where?: string;
}

/** What a synthesis made: what checks read. */
export interface AssemblyContent {
  /** All stacks, nested ones after their parents. @default - none */
  readonly stacks?: readonly StackTemplate[];
  /** All resources, in the order of the templates. @default - none */
  readonly resources?: readonly Resource[];
  /** What rule packs found. @default - nothing */
  readonly findings?: readonly Finding[];
  /** Why synthesis failed, in one line. @default - it did not fail */
  readonly error?: string;
  /** Where in the project it failed. @default - unknown */
  readonly errorWhere?: string;
}

/** Where a value of a template points. */
export interface Target {
  /** The resource it points at. */
  readonly resource: Resource;
  /** The attribute that is asked for, `Arn` for example. @default - the resource's own reference (Ref) */
  readonly attribute?: string;
}

/** The properties that give resources their physical names: a template may use such a name instead of a reference. */
const NAME_PROPERTIES = ['QueueName', 'TableName', 'FunctionName', 'RoleName', 'TopicName', 'AlarmName'] as const;

/** How deep references are followed: through parameters, outputs and imports, never in a circle. */
const MAX_HOPS = 10;

/**
 * A synthesized cloud assembly, as checks read it: templates, where each resource was created, and what went wrong.
 * Every method copes with partial and odd templates: what can't be read is absent, never an exception.
 */
export class Assembly {
  /** All stacks by name. */
  public readonly stacks: ReadonlyMap<string, StackTemplate>;
  /** All resources of all stacks. */
  public readonly resources: readonly Resource[];
  /** What rule packs found. */
  public readonly findings: readonly Finding[];
  /** Why synthesis failed, in one line. */
  public readonly error?: string;
  /** Where in the project synthesis failed. */
  public readonly errorWhere?: string;

  /** @param content what the synthesis made */
  public constructor(content: AssemblyContent) {
    this.stacks = new Map((content.stacks ?? []).map((stack) => [stack.name, stack]));
    this.resources = content.resources ?? [];
    this.findings = content.findings ?? [];
    this.error = content.error;
    this.errorWhere = content.errorWhere;
  }

  /**
   * All resources of a type or of several, in the order of the templates.
   *
   * @param types CloudFormation types
   */
  public ofType(...types: string[]): Resource[] {
    return this.resources.filter(({ type }) => types.includes(type));
  }

  /**
   * The value of a property.
   *
   * @param resource the resource
   * @param path names joined by points, `ScalingConfig.MaximumConcurrency` for example
   * @returns undefined where the property or one on the way to it is not set; a parameter's default for a parameter
   */
  public property(resource: Resource, path: string): Json | undefined {
    const value = path
      .split('.')
      .reduce<Json | undefined>((at, name) => (isRecord(at) ? at[name] : undefined), parsedProperties(resource, path));
    return this.settle(value, resource.stack);
  }

  /**
   * A property as a number; texts that are numbers count, as they do for CloudFormation.
   *
   * @param resource the resource
   * @param path names joined by points
   * @returns undefined where it is not set or is no number
   */
  public number(resource: Resource, path: string): number | undefined {
    const value = this.property(resource, path);
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
  }

  /**
   * A property as a list: a single value is a list of one, an absent one an empty list.
   *
   * @param resource the resource
   * @param path names joined by points
   */
  public list(resource: Resource, path: string): readonly Json[] {
    return asList(this.property(resource, path));
  }

  /**
   * The one resource that a value points at: through Ref, Fn::GetAtt, Fn::Sub, Fn::Join, a parameter of a nested stack,
   * an import from another stack, or a physical name that a resource of the assembly has.
   *
   * @param value a value of a template
   * @param stack the name of the stack that the value stands in
   * @returns undefined when it points at no resource, or at several
   */
  public target(value: Json | undefined, stack: string): Target | undefined {
    const targets = this.targets(value, stack);
    return targets.length === 1 ? targets[0] : undefined;
  }

  /**
   * The resource that a property points at.
   *
   * @param resource the resource whose property it is
   * @param path names joined by points
   * @returns undefined when it points at no resource, or at several
   */
  public resourceAt(resource: Resource, path: string): Resource | undefined {
    return this.target(this.property(resource, path), resource.stack)?.resource;
  }

  /**
   * All resources that a value points at, however deep they stand in it.
   *
   * @param value a value of a template
   * @param stack the name of the stack that the value stands in
   */
  public targets(value: Json | undefined, stack: string): Target[] {
    const found = this.collect(value, stack, MAX_HOPS);
    return found.filter(
      (target, index) =>
        found.findIndex((other) => other.resource === target.resource && other.attribute === target.attribute) === index,
    );
  }

  /**
   * A value as text: references become `${logical id}` or `${logical id.attribute}`, joined texts are joined.
   *
   * @param value a value of a template
   */
  public text(value: Json | undefined): string {
    const reference = referenceOf(value);
    if (reference) {
      return `\${${[reference.logicalId, reference.attribute].filter(Boolean).join('.')}}`;
    }
    if (isRecord(value) && Array.isArray(value['Fn::Join'])) {
      const [separator, parts] = value['Fn::Join'];
      return asList(parts)
        .map((part) => this.text(part))
        .join(String(separator));
    }
    if (isRecord(value) && value['Fn::Sub'] !== undefined) {
      return String(asList(value['Fn::Sub'])[0]);
    }
    return typeof value === 'string' ? value : JSON.stringify(value ?? '');
  }

  /** A parameter or an import in place of a plain value, followed to that value. */
  private settle(value: Json | undefined, stack: string, hops = MAX_HOPS): Json | undefined {
    const next = hops > 0 ? this.follow(value, stack) : undefined;
    return next && referenceOf(next.value) === undefined ? this.settle(next.value, next.stack, hops - 1) : value;
  }

  private collect(value: Json | undefined, stack: string, hops: number): Target[] {
    if (hops === 0 || value === undefined || value === null) {
      return [];
    }
    const reference = referenceOf(value);
    const resource = reference && this.find(stack, reference.logicalId);
    if (reference && resource) {
      return [{ resource, ...(reference.attribute ? { attribute: reference.attribute } : {}) }];
    }
    const next = this.follow(value, stack);
    if (next) {
      return this.collect(next.value, next.stack, hops - 1);
    }
    if (typeof value === 'string') {
      return this.byName(value);
    }
    if (isRecord(value) && value['Fn::Sub'] !== undefined) {
      return this.collectSub(value['Fn::Sub'], stack, hops);
    }
    if (isRecord(value) && Array.isArray(value['Fn::Join'])) {
      return this.collectText(asList(value['Fn::Join'][1]), stack, hops);
    }
    return Object.values(value as object).flatMap((part) => this.collect(part, stack, hops));
  }

  private collectSub(sub: Json, stack: string, hops: number): Target[] {
    const [text, variables] = asList(sub);
    const parts = String(text).split(/\$\{(?!!)([^}]+)\}/);
    return this.collectText(
      parts.map((part, index) => {
        const given = isRecord(variables) ? variables[part] : undefined;
        return index % 2 === 0 ? part : (given ?? reference(part));
      }),
      stack,
      hops,
    );
  }

  /** References among the parts of a text; without any, the text's own end may be a physical name. */
  private collectText(parts: readonly Json[], stack: string, hops: number): Target[] {
    const found = parts.filter((part) => typeof part !== 'string').flatMap((part) => this.collect(part, stack, hops));
    const last = parts[parts.length - 1];
    return found.length === 0 && typeof last === 'string' ? this.byName(last) : found;
  }

  /** A physical name, alone or at the end of an ARN. */
  private byName(text: string): Target[] {
    const name = text.slice(Math.max(text.lastIndexOf(':'), text.lastIndexOf('/')) + 1);
    if (name === '') {
      return [];
    }
    return this.resources
      .filter(({ properties }) => NAME_PROPERTIES.some((property) => properties[property] === name))
      .map((resource) => ({ resource }));
  }

  /** Where a reference to something that is no resource leads: a parameter's value, or another stack's output. */
  private follow(value: Json | undefined, stack: string): { value: Json | undefined; stack: string } | undefined {
    if (!isRecord(value)) {
      return undefined;
    }
    if (typeof value['Fn::ImportValue'] === 'string') {
      return this.exported(value['Fn::ImportValue']);
    }
    const found = referenceOf(value);
    if (!found) {
      return undefined;
    }
    const [parent, nested] = splitNested(stack);
    const stackResource = parent === undefined ? undefined : this.find(parent, nested);
    const given = stackResource && dig(stackResource.properties, 'Parameters', found.logicalId);
    if (given !== undefined && parent !== undefined) {
      return { value: given, stack: parent };
    }
    const output = found.attribute?.startsWith('Outputs.') ? found.attribute.slice('Outputs.'.length) : undefined;
    if (output) {
      const child = `${stack}/${found.logicalId}`;
      return { value: dig(this.stacks.get(child)?.template, 'Outputs', output, 'Value'), stack: child };
    }
    const standard = dig(this.stacks.get(stack)?.template, 'Parameters', found.logicalId, 'Default');
    return standard === undefined ? undefined : { value: standard, stack };
  }

  private exported(name: string): { value: Json | undefined; stack: string } | undefined {
    for (const { name: stack, template } of this.stacks.values()) {
      const outputs = dig(template, 'Outputs');
      const output = Object.values(isRecord(outputs) ? outputs : {}).find((one) => dig(one, 'Export', 'Name') === name);
      if (output !== undefined) {
        return { value: dig(output, 'Value'), stack };
      }
    }
    return undefined;
  }

  private find(stack: string, logicalId: string): Resource | undefined {
    const found = this.resources.find((resource) => resource.stack === stack && resource.logicalId === logicalId);
    // The resource that stands for a nested stack is a way to the stack's outputs, not a target.
    return found;
  }
}

/**
 * Reads a cloud assembly from its folder.
 *
 * @param folder the folder that holds `manifest.json`
 * @param project the project's folder, which `where` is relative to
 * @returns what is there; a missing or unreadable part is left out
 */
export function readAssembly(folder: string, project: string): Assembly {
  return new Assembly(readContent(folder, project));
}

/**
 * Reads the content of a cloud assembly from its folder, stages included.
 *
 * @param folder the folder that holds `manifest.json`
 * @param project the project's folder, which `where` is relative to
 */
export function readContent(folder: string, project: string): Required<Pick<AssemblyContent, 'stacks' | 'resources' | 'findings'>> {
  const root = existsSync(project) ? realpathSync(project) : project;
  const artifacts = Object.entries(dig(readJson(join(folder, 'manifest.json')), 'artifacts') ?? {});
  const stacks = artifacts.filter(([, artifact]) => dig(artifact, 'type') === 'aws:cloudformation:stack');
  const stages = artifacts.filter(([, artifact]) => dig(artifact, 'type') === 'cdk:cloud-assembly');
  const parts = [
    ...stacks.map(([id, artifact]) => readStack(folder, root, id, artifact as JsonObject)),
    ...stages.map(([, stage]) => readContent(join(folder, String(dig(stage, 'properties', 'directoryName'))), project)),
  ];
  return {
    stacks: parts.flatMap((part) => part.stacks),
    resources: parts.flatMap((part) => part.resources),
    findings: [...readFindings(folder, root), ...parts.flatMap((part) => ('findings' in part ? part.findings : []))],
  };
}

interface StackContent {
  readonly stacks: StackTemplate[];
  readonly resources: Resource[];
}

function readStack(folder: string, root: string, id: string, artifact: JsonObject): StackContent {
  const name = String(dig(artifact, 'properties', 'stackName') ?? id);
  const environment = String(dig(artifact, 'environment') ?? '');
  const metadataFile = dig(artifact, 'additionalMetadataFile');
  const metadata =
    (typeof metadataFile === 'string' ? readJson(join(folder, metadataFile)) : dig(artifact, 'metadata')) ?? {};
  const origins = readOrigins(isRecord(metadata) ? metadata : {}, root);
  return readTemplate(folder, String(dig(artifact, 'properties', 'templateFile')), name, environment, origins);
}

function readTemplate(
  folder: string,
  file: string,
  name: string,
  environment: string,
  origins: ReadonlyMap<string, string>,
): StackContent {
  const template = readJson(join(folder, file));
  if (!isRecord(template)) {
    return { stacks: [], resources: [] };
  }
  const entries = Object.entries(dig(template, 'Resources') ?? {}).filter(([, resource]) => isRecord(resource));
  const resources = entries.map(([logicalId, resource]) => toResource(name, logicalId, resource as JsonObject, origins));
  const nested = entries
    .filter(([, resource]) => dig(resource, 'Type') === 'AWS::CloudFormation::Stack')
    .flatMap(([logicalId, resource]) => {
      const asset = dig(resource, 'Metadata', 'aws:asset:path');
      return typeof asset === 'string' ? [readTemplate(folder, asset, `${name}/${logicalId}`, environment, origins)] : [];
    });
  return {
    stacks: [{ name, environment, template }, ...nested.flatMap((part) => part.stacks)],
    resources: [...resources, ...nested.flatMap((part) => part.resources)],
  };
}

function toResource(
  stack: string,
  logicalId: string,
  resource: JsonObject,
  origins: ReadonlyMap<string, string>,
): Resource {
  const properties = dig(resource, 'Properties');
  const path = dig(resource, 'Metadata', 'aws:cdk:path');
  const where = origins.get(`/${String(path)}`) ?? origins.get(logicalId);
  return {
    stack,
    logicalId,
    type: String(dig(resource, 'Type') ?? ''),
    properties: isRecord(properties) ? properties : {},
    ...(where ? { where } : {}),
  };
}

/** Where constructs were created, by their path and, for templates without path metadata, by logical id. */
function readOrigins(metadata: JsonObject, root: string): Map<string, string> {
  const origins = new Map<string, string>();
  for (const [path, entries] of Object.entries(metadata)) {
    const data = (type: string): Json | undefined =>
      dig(
        asList(entries).find((entry) => dig(entry, 'type') === type),
        'data',
      );
    const where = sourcePosition(asList(data('aws:cdk:creationStack')).map(String), root);
    if (where) {
      origins.set(path, where);
      origins.set(String(data('aws:cdk:logicalId')), where);
    }
  }
  return origins;
}

function readFindings(folder: string, root: string): Finding[] {
  const reports = asList(dig(readJson(join(folder, 'validation-report.json')), 'pluginReports'));
  const violations = reports.flatMap((report) => asList(dig(report, 'violations')));
  return violations.flatMap((violation) =>
    asList(dig(violation, 'violatingConstructs')).map((construct) => {
      const frames = asList(dig(construct, 'stackTraces')).flatMap((trace) => String(trace).split('\n'));
      const where = sourcePosition(frames, root);
      return {
        rule: String(dig(violation, 'ruleName') ?? 'a rule'),
        severity: dig(violation, 'severity') === 'warning' ? 'warning' : 'error',
        description: String(dig(violation, 'description') ?? 'no description').trim(),
        construct: String(dig(construct, 'constructPath') ?? ''),
        ...(where ? { where } : {}),
      };
    }),
  );
}
