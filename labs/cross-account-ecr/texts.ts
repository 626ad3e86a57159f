import { type Assembly, asList, dig, entriesAt, type Json } from '../authoring';

/**
 * A value as text, with what is taken out of other texts worked out: an import by an ARN takes the account and the Region out
 * of it by Fn::Select and Fn::Split. What only the deployment knows is `${its name}`.
 *
 * @param assembly the assembly
 * @param value a value of a template
 */
export function textOf(assembly: Assembly, value: Json): string {
  const [[name, argument] = ['', '']] = entriesAt(value);
  const parts = asList(argument);
  if (name === 'Fn::Select') {
    const from = dig(parts[1], 'Fn::Split') === undefined ? asList(parts[1]) : splitParts(assembly, parts[1]);
    return from[Number(parts[0])] === undefined ? `\${${name}}` : textOf(assembly, from[Number(parts[0])]);
  }
  if (name === 'Fn::Join') {
    return asList(parts[1])
      .map((part) => textOf(assembly, part))
      .join(String(parts[0]));
  }
  const isKnown = !name.startsWith('Fn::') || ['Fn::Sub', 'Fn::GetAtt'].includes(name);
  return isKnown ? assembly.text(value) : `\${${[name, ...parts.filter((one) => typeof one === 'string')].join(' ')}}`;
}

/** The parts of a text that is split; what the deployment fills in stays whole. */
function splitParts(assembly: Assembly, value: Json): string[] {
  const [separator = '', text = ''] = asList(dig(value, 'Fn::Split'));
  const later: string[] = [];
  const kept = textOf(assembly, text).replace(/\$\{[^}]*\}/g, (name) => `\uE000${later.push(name) - 1}\uE000`);
  return kept.split(String(separator)).map((part) => part.replace(/\uE000(\d+)\uE000/g, (_, index) => later[index]));
}
