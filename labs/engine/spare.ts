import type { Assembly } from './assembly';
import { Synthesis, type SynthOptions } from './synth';

/** Synthesizes a project for one save after the other, each by a process that has loaded all packages and waited for it. */
export class SpareSynthesis {
  private loaded: readonly string[] = [];
  private spare: Synthesis | undefined;
  private busy: Synthesis | undefined;

  /**
   * @param folder the project's folder
   * @param options how to synthesize
   */
  constructor(
    private readonly folder: string,
    private readonly options: SynthOptions = {},
  ) {}

  /** Runs the program; what still runs for an earlier save is ended. */
  async run(): Promise<Assembly> {
    this.busy?.discard();
    const synthesis = this.spare ?? this.make();
    this.spare = undefined;
    this.busy = synthesis;
    try {
      return await synthesis.run();
    } finally {
      this.loaded = synthesis.loaded.length > 0 ? synthesis.loaded : this.loaded;
      this.busy = this.busy === synthesis ? undefined : this.busy;
    }
  }

  /** Lets a process load what the last one has loaded, and wait. */
  prepare(): void {
    this.spare ??= this.make();
  }

  /** Forgets the process that waits: what it has read is not as it was. */
  forget(): void {
    this.spare?.discard();
    this.spare = undefined;
  }

  /** Ends all. */
  close(): void {
    this.forget();
    this.busy?.discard();
  }

  private make(): Synthesis {
    return new Synthesis(this.folder, this.options, this.loaded);
  }
}
