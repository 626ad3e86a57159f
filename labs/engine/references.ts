import { asList, isObject, type Json } from './json';

/** A reference to a logical id of the same template. */
export interface Reference {
  /** The logical id, of a resource, a parameter or a pseudo parameter. */
  readonly logicalId: string;
  /** The attribute that is asked for. @default - the resource's own reference (Ref) */
  readonly attribute?: string;
}

/**
 * The reference that a value is.
 *
 * @param value a value of a template
 * @returns undefined when it is no Ref and no Fn::GetAtt
 */
export function referenceOf(value: Json | undefined): Reference | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  const reference = value.Ref;
  if (typeof reference === 'string') {
    return { logicalId: reference };
  }
  const attribute = value['Fn::GetAtt'];
  const parts = typeof attribute === 'string' ? attribute.split('.') : asList(attribute).map(String);
  return parts.length > 1 ? { logicalId: parts[0], attribute: parts.slice(1).join('.') } : undefined;
}

/**
 * The parts of a text that a template puts together by Fn::Join or Fn::Sub: plain texts, and references.
 *
 * @param value a value of a template
 * @returns undefined when it is neither
 */
export function textParts(value: Json | undefined): readonly Json[] | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  if (Array.isArray(value['Fn::Join'])) {
    const [separator, parts] = value['Fn::Join'] as Json[];
    return asList(parts).flatMap((part, index) => (index === 0 || separator === '' ? [part] : [separator, part]));
  }
  return value['Fn::Sub'] === undefined ? undefined : substituted(value['Fn::Sub']);
}

/** `Text ${Name.Attribute}`, with or without a map of further names. */
function substituted(sub: Json): Json[] {
  const [text, names] = asList(sub);
  return String(text)
    .split(/\$\{(?!!)([^}]+)\}/)
    .map((part, index) => {
      if (index % 2 === 0) {
        return part;
      }
      const given = isObject(names) ? names[part] : undefined;
      return given ?? (part.includes('.') ? { 'Fn::GetAtt': part } : { Ref: part });
    });
}
