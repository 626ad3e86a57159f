import { type Command, forEachChild, parse, type Statement, type SyntaxNode } from 'unbash';

/** A command that a script runs. */
export interface ShellCommand {
  /** Its name and arguments; variables that the scripts have set to plain text stand as that text. */
  readonly text: string;
  /** The statement of the script that it is part of, as it is written. */
  readonly statement: string;
  /** Whether the script goes on as if nothing had happened when it fails. */
  readonly isForgiven: boolean;
  /** The variable that what it prints is assigned to. @default - none */
  readonly into?: string;
}

/** A command, before it is known which statement it is part of. */
type Found = Omit<ShellCommand, 'statement'>;

/** Where a part of a script stands. */
interface Place {
  /** Whether what is around it goes on when it fails. */
  readonly isForgiven: boolean;
  /** Whether nothing comes behind it in its list. */
  readonly isLast: boolean;
}

/** What always fails, so that nothing before it is forgiven. */
const FAILS = /^(false|(exit|return)( ([1-9]\d*|\$.*))?)$/;

/** What lets a script end at the first failure. */
const ENDS_AT_FAILURE = /^set (-\w*e|.*-o errexit)/;

/** A variable that a command uses. */
const VARIABLE = /\$(?:\{(\w+)\}|(\w+))/g;

/**
 * The commands of scripts that share their variables, as the commands of a build do: in order, those of a substitution before
 * the command that takes what they print. Comments are none, and what a function would do is not looked at.
 *
 * @param scripts the scripts, each of which fails as its last command does
 * @param variables the variables that are set to plain text before, which those of the scripts are added to. @default - none
 */
export function commandsIn(scripts: readonly string[], variables: Map<string, string> = new Map()): ShellCommand[] {
  return scripts.flatMap((script) => new Script(script, variables).commands);
}

/** One script. */
class Script {
  readonly commands: readonly ShellCommand[];
  private endsAtFailure = false;

  constructor(
    private readonly source: string,
    private readonly variables: Map<string, string>,
  ) {
    this.commands = parse(source).commands.flatMap((statement, index, all) => {
      const written = source.slice(statement.pos, statement.end);
      return this.statement(statement, false, index === all.length - 1).map((one) => ({ ...one, statement: written }));
    });
  }

  /** A list fails as its last statement does, or at the first that fails where the script says so. */
  private statement({ command, background }: Statement, isForgiven: boolean, isLast: boolean): Found[] {
    const isPassed = background === true || !(isLast || this.endsAtFailure);
    return this.within(command, { isForgiven: isForgiven || isPassed, isLast });
  }

  private within(node: SyntaxNode, place: Place): Found[] {
    const { isForgiven } = place;
    if (node.type === 'Command') {
      return this.command(node, isForgiven);
    }
    if (node.type === 'Pipeline') {
      // It fails as its last command does.
      const isInverted = node.prefixes.some(({ type }) => type === 'Negation');
      return node.commands.flatMap((one, index) =>
        this.within(one, { ...place, isForgiven: isForgiven || isInverted || index < node.commands.length - 1 }),
      );
    }
    if (node.type === 'AndOr') {
      return node.commands.flatMap((one, index) => {
        const rescue = node.operators.indexOf('||', index);
        const isRescued = rescue >= 0 && !this.fails(node.commands[rescue + 1]);
        // Only the last of a chain ends a script at its failure.
        const isPassed = rescue < 0 && index < node.operators.length && !place.isLast;
        return this.within(one, { ...place, isForgiven: isForgiven || isRescued || isPassed });
      });
    }
    if (node.type === 'If' || node.type === 'Elif' || node.type === 'While') {
      return childrenOf(node).flatMap((child) =>
        this.within(child, { ...place, isForgiven: isForgiven || child === node.clause }),
      );
    }
    if (node.type === 'CompoundList') {
      return node.commands.flatMap((one, index, all) => this.statement(one, isForgiven, index === all.length - 1));
    }
    return node.type === 'Function' ? [] : childrenOf(node).flatMap((child) => this.within(child, place));
  }

  private command(node: Command, isForgiven: boolean): Found[] {
    const taken = childrenOf(node).flatMap((part) => {
      const into = part.type === 'Assignment' ? { into: part.name } : {};
      // An assignment fails as what it takes from does; any other command does not.
      return this.taken(part).map((one) => ({
        ...one,
        ...into,
        isForgiven: one.isForgiven || isForgiven || node.name !== undefined,
      }));
    });
    for (const part of [...node.prefix, ...node.args]) {
      if (part.type === 'Assignment' && part.value.type === 'Word' && !/\$\(|`/.test(part.value.text)) {
        this.variables.set(part.name, this.expanded(part.value.value));
      }
    }
    if (!node.name) {
      return taken;
    }
    const text = this.expanded(this.source.slice(node.name.pos, node.end));
    this.endsAtFailure ||= ENDS_AT_FAILURE.test(text);
    return [...taken, { text, isForgiven }];
  }

  /** The commands of the substitutions inside of a part. */
  private taken(node: SyntaxNode): readonly Found[] {
    return node.type === 'CommandExpansion'
      ? new Script(node.text.replace(/^(\$\(|`)|(\)|`)$/g, ''), this.variables).commands
      : childrenOf(node).flatMap((child) => this.taken(child));
  }

  private fails(node: SyntaxNode): boolean {
    const { commands } = new Script(this.source.slice(node.pos, node.end), new Map());
    return FAILS.test(commands.at(-1)?.text ?? '');
  }

  private expanded(text: string): string {
    return text.replace(VARIABLE, (whole, braced?: string, plain?: string) => {
      return this.variables.get(braced ?? plain ?? '') ?? whole;
    });
  }
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  forEachChild(node, (child) => {
    children.push(child);
  });
  return children;
}
