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
  /** Whether it is what an `if` asks, and one of the answers ends the script. @default false */
  readonly isAnswered?: boolean;
}

/** Where a script begins. */
const TOP: Place = { isForgiven: false, isLast: true };

/** What always fails, so that nothing before it is forgiven. */
const FAILS = /^(false|(exit|return)( ([1-9]\d*|\$.*))?)$/;

/** What lets a script end at the first failure, and a pipeline fail with any of its commands. */
const ENDS_AT_FAILURE = /^set (-\w*e|.*-o errexit)/;
const FAILS_IN_PIPES = /^set .*-\w*o pipefail/;

/** What judges what it reads, or the text that it is given. */
const JUDGES = /^(\[|test|z?grep|egrep|diff|cmp|jq -e)(\s|$)/;

/** What keeps how the command before it has ended. */
const KEEPS_CODE = /^\w+=\$\?/;

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
  private failsInPipes = false;

  constructor(
    private readonly source: string,
    private readonly variables: Map<string, string>,
  ) {
    this.commands = parse(source).commands.flatMap((statement, index, all) => {
      const written = source.slice(statement.pos, statement.end);
      return this.statement(statement, TOP, all.slice(index + 1)).map((one) => ({ ...one, statement: written }));
    });
  }

  /** A list fails as its last statement does, or at the first that fails where the script says so. */
  private statement({ command, background }: Statement, place: Place, behind: readonly Statement[]): Found[] {
    const [next] = behind;
    const isLast = next === undefined;
    const isKept = !isLast && KEEPS_CODE.test(this.source.slice(next.pos, next.end));
    const isPassed = background === true || !(isLast || isKept || this.endsAtFailure);
    return this.within(command, { ...place, isForgiven: place.isForgiven || isPassed, isLast });
  }

  private within(node: SyntaxNode, place: Place): Found[] {
    const { isForgiven } = place;
    if (node.type === 'Command') {
      return this.command(node, isForgiven);
    }
    if (node.type === 'Pipeline') {
      // It fails as its last command does, which may be there to judge what the others print.
      const isInverted = node.prefixes.some(({ type }) => type === 'Negation');
      const last = node.commands[node.commands.length - 1];
      const isJudged = this.failsInPipes || JUDGES.test(this.source.slice(last.pos, last.end));
      return node.commands.flatMap((one) =>
        this.within(one, {
          ...place,
          isForgiven: isForgiven || (isInverted && !place.isAnswered) || !(one === last || isJudged),
        }),
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
      // What is asked is in earnest where one of the answers ends the script.
      const answers = childrenOf(node).filter((child) => child !== node.clause);
      const isAnswered = node.type !== 'While' && answers.some((answer) => this.fails(answer));
      return [
        ...this.within(node.clause, { ...place, isAnswered, isForgiven: isForgiven || !isAnswered }),
        ...answers.flatMap((answer) => this.within(answer, place)),
      ];
    }
    if (node.type === 'CompoundList') {
      return node.commands.flatMap((one, index, all) => this.statement(one, place, all.slice(index + 1)));
    }
    return node.type === 'Function' ? [] : childrenOf(node).flatMap((child) => this.within(child, place));
  }

  private command(node: Command, isForgiven: boolean): Found[] {
    const taken = childrenOf(node).flatMap((part) => {
      const into = part.type === 'Assignment' ? { into: part.name } : {};
      // An assignment fails as what it takes from does, and a test by what that has printed; any other command does not.
      const isPassed = node.name !== undefined && !JUDGES.test(node.name.text);
      return this.taken(part).map((one) => ({ ...one, ...into, isForgiven: one.isForgiven || isForgiven || isPassed }));
    });
    for (const part of [...node.prefix, ...node.args]) {
      if (part.type === 'Assignment' && part.value.type === 'Word' && !/\$\(|`/.test(part.value.text)) {
        this.variables.set(part.name, this.expanded(part.value.value));
      }
    }
    if (!node.name) {
      return taken;
    }
    const words = [node.name, ...node.args].map(({ pos, end }) => this.source.slice(pos, end));
    const text = this.expanded(words.join(' '));
    this.endsAtFailure ||= ENDS_AT_FAILURE.test(text);
    this.failsInPipes ||= FAILS_IN_PIPES.test(text);
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
