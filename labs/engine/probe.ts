import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dig, entriesAt, readJson } from './json';

/** What a deployed pattern promises at a step, seen from outside. */
export interface Probe {
  /** A sentence that is true when the probe passes: `a message in, a row out`. */
  readonly name: string;
  /** The step that brings what it looks at. */
  readonly step: string;
  /**
   * Looks at what is deployed.
   *
   * @param deployed the stack
   * @throws ProbeFailure when the promise is not kept
   */
  readonly run: (deployed: Deployed) => Promise<void>;
}

/** A resource that was deployed. */
export interface DeployedResource {
  readonly logicalId: string;
  readonly physicalId: string;
  /** Its CloudFormation type. */
  readonly type: string;
}

/** What CloudFormation knows of a stack. */
export interface StackState {
  readonly name: string;
  /** Its outputs by name. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: readonly DeployedResource[];
  /** The folder of the assembly that it was deployed from. */
  readonly assembly: string;
}

/** A promise that is not kept: what was seen, and what is wanted. */
export class ProbeFailure extends Error {
  /**
   * @param seen what was seen
   * @param wanted what is wanted
   */
  constructor(
    readonly seen: string,
    readonly wanted: string,
  ) {
    super(`${seen}; wanted: ${wanted}`);
    this.name = 'ProbeFailure';
  }
}

/** How often something is looked at again, in milliseconds. */
const INTERVAL = 100;

/** A stack that was deployed, for probes. */
export class Deployed {
  /** @param state what CloudFormation knows of it */
  constructor(private readonly state: StackState) {}

  /** The stack's name. */
  get name(): string {
    return this.state.name;
  }

  /**
   * The value of an output.
   *
   * @param name its name
   * @throws ProbeFailure when the stack has none of that name
   */
  output(name: string): string {
    const value = this.state.outputs[name];
    if (value === undefined) {
      throw new ProbeFailure(
        `${this.name} has no output ${name}`,
        'the output of that name that the solution has (npx serverless-atelier lab diff shows it)',
      );
    }
    return value;
  }

  /**
   * The resources of a type.
   *
   * @param type its CloudFormation type
   * @returns their physical ids
   */
  all(type: string): string[] {
    return this.state.resources.filter((one) => one.type === type).map(({ physicalId }) => physicalId);
  }

  /**
   * The only resource of a type.
   *
   * @param type its CloudFormation type
   * @returns its physical id
   * @throws ProbeFailure when there is none, or there are several
   */
  only(type: string): string {
    const found = this.all(type);
    if (found.length !== 1) {
      throw new ProbeFailure(`${this.name} has ${found.length} resources of ${type}`, 'one');
    }
    return found[0];
  }

  /**
   * The folder that the only image of the stack is built from.
   *
   * @throws ProbeFailure when there is none, or there are several
   */
  image(): string {
    const { assembly, name } = this.state;
    const images = entriesAt(readJson(join(assembly, `${name}.assets.json`)), 'dockerImages');
    if (images.length !== 1) {
      const wanted = 'the assembly that was deployed, with one (npx projen synth makes it)';
      throw new ProbeFailure(`${assembly} holds ${images.length} images of ${name}`, wanted);
    }
    return join(assembly, String(dig(images[0][1], 'source', 'directory')));
  }

  /**
   * Waits until something is seen.
   *
   * @param look looks, and tells what it sees
   * @param isWanted whether that is it
   * @param wanted what is waited for, in words
   * @param seconds how long. @default 20
   * @throws ProbeFailure with what was seen last, when it never is
   */
  async eventually<T>(
    look: () => Promise<T>,
    isWanted: (seen: T) => boolean,
    wanted: string,
    seconds = 20,
  ): Promise<T> {
    const limit = Date.now() + seconds * 1000;
    for (;;) {
      const seen = await look();
      if (isWanted(seen)) {
        return seen;
      }
      if (Date.now() > limit) {
        throw new ProbeFailure(`${JSON.stringify(seen)} after ${seconds} s`, wanted);
      }
      await sleep(INTERVAL);
    }
  }
}
