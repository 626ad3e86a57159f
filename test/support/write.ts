import { captureOutputs, writeGolden } from '../suites';

/*
 * Writes what is computed or captured of the package in this folder: `golden`, or `outputs`. Look at what changed before you
 * commit it.
 */

const tasks: Readonly<Record<string, (root: string) => void | Promise<void>>> = {
  golden: writeGolden,
  outputs: captureOutputs,
};

const [name = 'golden'] = process.argv.slice(2);
const task = tasks[name];
if (task) {
  void task(process.cwd());
} else {
  process.stderr.write(`error: there is no ${name}; allowed: ${Object.keys(tasks).join(', ')}\n`);
  process.exitCode = 2;
}
