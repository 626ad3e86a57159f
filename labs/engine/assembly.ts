import { asList, dig, entriesAt, isObject, type Json, type JsonObject } from './json';
import { referenceOf, textParts } from './references';

/** A resource of a template. */
export interface Resource {
  /** The name of its stack. */
  readonly stack: string;
  /** Its logical id in that stack's template. */
  readonly logicalId: string;
  /** What people call it: its construct's path inside the stack, `Orders/Queue` for example, or its logical id. */
  readonly name: string;
  /** Its CloudFormation type, for example `AWS::SQS::Queue`. */
  readonly type: string;
  /** Its properties as the template has them: numbers, texts and intrinsic functions. */
  readonly properties: JsonObject;
  /** Where the project's source creates it, `src/orders-stack.ts:21` for example. @default - not recorded */
  readonly where?: string;
}

/** A stack; nested ones count as stacks of their own. */
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

/** What a synthesis made. */
export interface AssemblyContent {
  /** All stacks, nested ones after their parents. @default - none */
  readonly stacks?: readonly StackTemplate[];
  /** All resources, in the order of the templates. @default - none */
  readonly resources?: readonly Resource[];
  /** What rule packs found. @default - nothing */
  readonly findings?: readonly Finding[];
  /** Whether rule packs that the app has looked at it, whatever they found. @default false */
  readonly isValidated?: boolean;
  /** Why synthesis failed, in one line. @default - it did not fail */
  readonly error?: string;
  /** Where in the project it failed. @default - unknown */
  readonly errorWhere?: string;
}

/** Where a value of a template points. */
export interface Target {
  /** The resource it points at. */
  readonly resource: Resource;
  /**
   * The attribute that is asked for, `Arn` for example: by Fn::GetAtt, by an ARN as text (`Arn`), or by a physical name
   * (the property that gives the name, `QueueName`). @default - the resource's own reference (Ref)
   */
  readonly attribute?: string;
}

/** A value and the stack whose template it stands in. */
interface Placed {
  readonly value: Json | undefined;
  readonly stack: string;
}

/**
 * The property that gives a resource its physical name, by type: a template may use such a name instead of a reference. In
 * other types a property that is called so is such a use.
 */
const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::SQS::Queue': 'QueueName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::ECR::Repository': 'RepositoryName',
  'AWS::CodePipeline::Pipeline': 'Name',
  'AWS::CodeBuild::Project': 'Name',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::CompositeAlarm': 'AlarmName',
};

/** How many parameters, outputs and imports are followed from one value: a circle of them ends. */
const MAX_HOPS = 10;

/**
 * A synthesized cloud assembly, as checks read it: its templates, where each resource was created, and what went wrong.
 * Every method copes with partial and odd templates: what can't be read is absent, never an exception.
 */
export class Assembly {
  /** All stacks by name. */
  public readonly stacks: ReadonlyMap<string, StackTemplate>;
  /** All resources of all stacks. */
  public readonly resources: readonly Resource[];
  /** What rule packs found. */
  public readonly findings: readonly Finding[];
  /** Whether rule packs that the app has looked at it; which ones is not recorded of those that found nothing. */
  public readonly isValidated: boolean;
  /** Why synthesis failed, in one line. @default - it did not fail */
  public readonly error?: string;
  /** Where in the project synthesis failed. @default - unknown */
  public readonly errorWhere?: string;

  /** @param content what the synthesis made */
  public constructor(content: AssemblyContent) {
    this.stacks = new Map((content.stacks ?? []).map((stack) => [stack.name, stack]));
    this.resources = content.resources ?? [];
    this.findings = content.findings ?? [];
    this.isValidated = content.isValidated ?? false;
    this.error = content.error;
    this.errorWhere = content.errorWhere;
  }

  /**
   * All resources of the given types, in the order of the templates.
   *
   * @param types CloudFormation types
   */
  public ofType(...types: string[]): Resource[] {
    return this.resources.filter(({ type }) => types.includes(type));
  }

  /**
   * The value of a property; a property that is a JSON document as text is read as that document, joined text included.
   *
   * @param resource the resource
   * @param path names joined by points, `ScalingConfig.MaximumConcurrency` for example
   * @returns undefined where the property or one on the way to it is not set; the plain value behind a parameter
   */
  public property(resource: Resource, path: string): Json | undefined {
    const value = path.split('.').reduce<Json | undefined>((at, name) => dig(document(at), name), resource.properties);
    return this.plain({ value, stack: resource.stack }, MAX_HOPS);
  }

  /**
   * The plain value behind a value that is a parameter, an output or an import; any other stays as it is.
   *
   * @param value a value of a template
   * @param holder the resource that the value stands in
   */
  public resolved(value: Json | undefined, holder: Resource): Json | undefined {
    return this.plain({ value, stack: holder.stack }, MAX_HOPS);
  }

  /**
   * A property as a number; a text that is a number counts, as it does for CloudFormation.
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
   * The one resource that a property points at: through Ref, Fn::GetAtt, Fn::Sub, Fn::Join, a parameter of a nested
   * stack, an import from another stack, or a physical name that a resource of the assembly has.
   *
   * @param resource the resource whose property it is
   * @param path names joined by points
   * @returns undefined when it points at no resource, or at several
   */
  public resourceAt(resource: Resource, path: string): Resource | undefined {
    const found = new Set(this.targets(this.property(resource, path), resource.stack).map((target) => target.resource));
    return found.size === 1 ? [...found][0] : undefined;
  }

  /**
   * All resources that a value points at, however deep the references stand in it.
   *
   * @param value a value of a template
   * @param stack the name of the stack that the value stands in
   */
  public targets(value: Json | undefined, stack: string): Target[] {
    return this.collect({ value, stack }, MAX_HOPS);
  }

  /**
   * Whether a value points at a resource.
   *
   * @param value a value of a template
   * @param holder the resource that the value stands in
   * @param to the resource
   */
  public pointsAt(value: Json | undefined, holder: Resource, to: Resource): boolean {
    return this.targets(value, holder.stack).some(({ resource }) => resource === to);
  }

  /**
   * A value as text: what joins texts is joined, and references become `${logical id}` or `${logical id.attribute}`.
   *
   * @param value a value of a template
   */
  public text(value: Json | undefined): string {
    const reference = referenceOf(value);
    if (reference) {
      return `\${${[reference.logicalId, reference.attribute].filter(Boolean).join('.')}}`;
    }
    const parts = textParts(value);
    if (parts) {
      return parts.map((part) => this.text(part)).join('');
    }
    return typeof value === 'string' ? value : JSON.stringify(value ?? '');
  }

  /** The plain value behind parameters and imports; a reference to a resource stays the reference. */
  private plain(placed: Placed, hops: number): Json | undefined {
    const next = hops > 0 ? this.follow(placed) : undefined;
    if (!next || this.targets(next.value, next.stack).length > 0) {
      return placed.value;
    }
    return this.plain(next, hops - 1);
  }

  private collect(placed: Placed, hops: number): Target[] {
    const { value, stack } = placed;
    if (hops === 0 || value === undefined || value === null) {
      return [];
    }
    const reference = referenceOf(value);
    const resource = reference && this.find(stack, reference.logicalId);
    const next = this.follow(placed);
    if (next) {
      return this.collect(next, hops - 1);
    }
    if (reference) {
      return resource ? [{ resource, ...(reference.attribute ? { attribute: reference.attribute } : {}) }] : [];
    }
    const parts = textParts(value) ?? (typeof value === 'string' ? [value] : undefined);
    if (parts) {
      return this.collectText(parts, stack, hops);
    }
    return Object.values(value as object).flatMap((part) => this.collect({ value: part, stack }, hops));
  }

  /** References among the parts of a text; without any, its end may be a physical name, alone or in an ARN. */
  private collectText(parts: readonly Json[], stack: string, hops: number): Target[] {
    const [first] = parts;
    const last = parts[parts.length - 1];
    const referred = parts
      .filter((part) => typeof part !== 'string')
      .flatMap((part) => this.collect({ value: part, stack }, hops));
    const found = referred.length === 0 && typeof last === 'string' ? this.named(last) : referred;
    const isArn = typeof first === 'string' && first.startsWith('arn:');
    return isArn ? found.map(({ resource }) => ({ resource, attribute: 'Arn' })) : found;
  }

  private named(text: string): Target[] {
    const name = text.slice(Math.max(text.lastIndexOf(':'), text.lastIndexOf('/')) + 1);
    return this.resources.flatMap((resource) => {
      const attribute = NAME_PROPERTIES[resource.type];
      return name !== '' && attribute && resource.properties[attribute] === name ? [{ resource, attribute }] : [];
    });
  }

  /** Where a reference to something that is no resource leads: a parameter's value, or another stack's output. */
  private follow({ value, stack }: Placed): Placed | undefined {
    const imported = isObject(value) ? value['Fn::ImportValue'] : undefined;
    if (imported !== undefined) {
      return this.exported(this.text(imported));
    }
    const output = dig(value, 'Fn::GetStackOutput');
    if (output !== undefined) {
      return this.outputNamed(String(dig(output, 'StackName')), String(dig(output, 'OutputName')));
    }
    const reference = referenceOf(value);
    return reference && (this.outputOf(stack, reference) ?? this.parameterOf(stack, reference.logicalId));
  }

  private exported(name: string): Placed | undefined {
    for (const { name: stack, template } of this.stacks.values()) {
      const outputs = entriesAt(template, 'Outputs').map(([, output]) => output);
      const output = outputs.find((one) => dig(one, 'Export', 'Name') === name);
      if (output !== undefined) {
        return { value: dig(output, 'Value'), stack };
      }
    }
    return undefined;
  }

  private outputOf(
    stack: string,
    { logicalId, attribute }: { logicalId: string; attribute?: string },
  ): Placed | undefined {
    const [, output] = /^Outputs\.(.+)$/.exec(attribute ?? '') ?? [];
    return output ? this.outputNamed(`${stack}/${logicalId}`, output) : undefined;
  }

  private outputNamed(stack: string, output: string): Placed {
    return { value: dig(this.stacks.get(stack)?.template, 'Outputs', output, 'Value'), stack };
  }

  private parameterOf(stack: string, parameter: string): Placed | undefined {
    const [, parent, nested] = /^(.+)\/([^/]+)$/.exec(stack) ?? [];
    const given = parent && dig(this.find(parent, nested)?.properties, 'Parameters', parameter);
    if (parent && given !== undefined) {
      return { value: given, stack: parent };
    }
    const standard = dig(this.stacks.get(stack)?.template, 'Parameters', parameter, 'Default');
    return standard === undefined ? undefined : { value: standard, stack };
  }

  private find(stack: string, logicalId: string): Resource | undefined {
    return this.resources.find((resource) => resource.stack === stack && resource.logicalId === logicalId);
  }
}

/** What stands for a reference in the text of a document while it is read: no template has this letter. */
const MARK = '\uE000';

/** A JSON document that a template holds as text, read, with the references where they were; any other value as it is. */
function document(value: Json | undefined): Json | undefined {
  const parts = typeof value === 'string' ? [value] : flatParts(value);
  const [first] = parts;
  if (typeof first !== 'string' || !first.trimStart().startsWith('{')) {
    return value;
  }
  const text = parts.reduce<string>((before, part, index) => before + marked(before, part, index), '');
  try {
    return JSON.parse(text, (_, read) => (typeof read === 'string' ? unmarked(read, parts) : read));
  } catch {
    return value;
  }
}

/** The parts of a joined text, those of joined texts inside of it included; none when it is no joined text. */
function flatParts(value: Json | undefined): Json[] {
  return (textParts(value) ?? []).flatMap((part) => (textParts(part) ? flatParts(part) : [part]));
}

/** A part as it stands in the text that is read; a reference outside of quotes, a number's for example, gets some. */
function marked(before: string, part: Json, index: number): string {
  if (typeof part === 'string') {
    return part;
  }
  const isQuoted = before.replace(/\\./g, '').split('"').length % 2 === 0;
  const mark = `${MARK}${index}${MARK}`;
  return isQuoted ? mark : `"${mark}"`;
}

/** A text of the document, with the references that its marks stand for. */
function unmarked(text: string, parts: readonly Json[]): Json {
  const pieces = text.split(MARK).map((piece, index) => (index % 2 === 0 ? piece : (parts[Number(piece)] ?? '')));
  const told = pieces.filter((piece) => piece !== '');
  return told.length > 1 ? { 'Fn::Join': ['', told] } : (told[0] ?? '');
}
