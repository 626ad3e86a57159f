import { UsageError } from '../../blueprints/errors';
import { report } from '../../labs/cli/failure';
import { Output } from '../../labs/cli/output';
import { captureOutputs, writeGolden } from '../suites';

/*
 * What the author of a pattern runs in the package's folder: `golden` writes all that is computed, `outputs` captures what the
 * commands of labs print, `dev <pattern> [step]` shows what a save changes.
 */

const tasks: Readonly<Record<string, (root: string, args: readonly string[]) => unknown>> = {
  golden: writeGolden,
  outputs: captureOutputs,
  dev: async (root, args) => (await import('../dev/develop')).develop(root, args),
};

async function run([name = '', ...args]: readonly string[]): Promise<void> {
  const task = tasks[name];
  if (!task) {
    throw new UsageError(`there is no ${JSON.stringify(name)}`, {
      choices: Object.keys(tasks),
      example: 'atelier-patterns golden',
    });
  }
  await task(process.cwd(), args);
}

run(process.argv.slice(2)).catch((error) => {
  process.exitCode = report(error, [], new Output());
});
