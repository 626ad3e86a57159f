import { parse } from 'yaml';
import { asList, dig, entriesAt, isObject, type Json, type JsonObject } from '../json';

/** The phases of a build, in order: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html */
export const PHASES = ['install', 'pre_build', 'build', 'post_build'] as const;

/** One of them. */
export type PhaseName = (typeof PHASES)[number];

/** What a phase runs. */
export interface Phase {
  readonly name: PhaseName;
  readonly commands: readonly string[];
  /** What runs after the commands, whether they failed or not. */
  readonly finally: readonly string[];
  /** What follows when it fails: `CONTINUE`, `ABORT` or `RETRY`. @default - `post_build` follows `build`, else nothing */
  readonly onFailure?: string;
  /** Who runs it on AWS. @default - root */
  readonly runAs?: string;
}

/** The files that become an artifact. */
export interface ArtifactFiles {
  /** The folder that the patterns begin in. */
  readonly baseDirectory: string;
  /** The files, as patterns. */
  readonly files: readonly string[];
  /** Patterns of files that do not belong to it. */
  readonly excluded: readonly string[];
  /** Whether the files lose their folders. */
  readonly discardPaths: boolean;
}

/** A buildspec, as far as a rehearsal follows it. */
export interface Buildspec {
  /** The shell of its commands, as CodeBuild calls it. @default sh */
  readonly shell: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Variables whose values come from elsewhere: a parameter or a secret, by the variable's name. */
  readonly remote: readonly string[];
  /** The names of the variables that later actions can read. */
  readonly exported: readonly string[];
  readonly phases: readonly Phase[];
  /** The primary artifact. @default - none */
  readonly artifact?: ArtifactFiles;
  /** Further artifacts, by their names. */
  readonly secondary: Readonly<Record<string, ArtifactFiles>>;
}

/**
 * Reads a buildspec.
 *
 * @param text YAML, or JSON
 * @throws Error when it is none, or of a version whose commands share neither variables nor a folder
 */
export function readBuildspec(text: string): Buildspec {
  const spec = parse(text) as Json;
  if (!isObject(spec) || !isObject(spec.phases)) {
    throw new Error('the buildspec has no phases');
  }
  if (String(spec.version) !== '0.2') {
    throw new Error(
      `the buildspec is of version ${spec.version}; write version: 0.2, whose commands share variables and a folder`,
    );
  }
  const unknown = Object.keys(spec.phases).find((name) => !PHASES.includes(name as PhaseName));
  if (unknown) {
    throw new Error(`the buildspec has a phase ${unknown}; there are ${PHASES.join(', ')}`);
  }
  const exported = asList(dig(spec, 'env', 'exported-variables')).map(String);
  const odd = exported.find((name) => !/^[A-Za-z_]\w*$/.test(name));
  if (odd !== undefined) {
    throw new Error(`the buildspec exports ${JSON.stringify(odd)}; a variable has letters, digits and _`);
  }
  const artifacts = dig(spec, 'artifacts');
  return {
    shell: String(dig(spec, 'env', 'shell') ?? 'sh'),
    variables: texts(dig(spec, 'env', 'variables')),
    remote: ['parameter-store', 'secrets-manager'].flatMap((kind) =>
      entriesAt(spec, 'env', kind).map(([name]) => name),
    ),
    exported,
    phases: PHASES.map((name) => phaseOf(name, dig(spec, 'phases', name))).filter(
      (phase) => phase.commands.length + phase.finally.length > 0,
    ),
    ...(isObject(artifacts) && artifacts.files !== undefined ? { artifact: artifactFiles(artifacts) } : {}),
    secondary: Object.fromEntries(
      entriesAt(artifacts, 'secondary-artifacts').flatMap(([name, one]) =>
        isObject(one) ? [[name, artifactFiles(one)]] : [],
      ),
    ),
  };
}

function phaseOf(name: PhaseName, phase: Json | undefined): Phase {
  const text = (key: string): string | undefined => {
    const value = dig(phase, key);
    return value === undefined ? undefined : String(value);
  };
  const onFailure = text('on-failure');
  if (onFailure !== undefined && !/^(ABORT|CONTINUE|RETRY(-.+)?)$/.test(onFailure)) {
    throw new Error(`on-failure of ${name} is ${onFailure}; write ABORT, CONTINUE or RETRY`);
  }
  return {
    name,
    commands: asList(dig(phase, 'commands')).map(String),
    finally: asList(dig(phase, 'finally')).map(String),
    onFailure,
    runAs: text('run-as'),
  };
}

function artifactFiles(artifact: JsonObject): ArtifactFiles {
  return {
    baseDirectory: String(artifact['base-directory'] ?? '.'),
    files: asList(artifact.files).map(String),
    excluded: asList(artifact['exclude-paths']).map(String),
    discardPaths: String(artifact['discard-paths'] ?? 'no') === 'yes',
  };
}

function texts(values: Json | undefined): Record<string, string> {
  return Object.fromEntries(entriesAt(values).map(([name, value]) => [name, String(value)]));
}
