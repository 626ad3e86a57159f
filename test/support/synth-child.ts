import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * Synthesizes the projects of the given folders one after the other in this process, each into its cdk.out. Outside
 * jest's module registry aws-cdk-lib is loaded once for all of them.
 */
for (const folder of process.argv.slice(2)) {
  process.chdir(folder);
  const { context } = JSON.parse(readFileSync(join(folder, 'cdk.json'), 'utf8'));
  process.env.CDK_OUTDIR = join(folder, 'cdk.out');
  process.env.CDK_CONTEXT_JSON = JSON.stringify({
    ...context,
    // Resources are called as a learner's own are in a check.
    'aws:cdk:enable-path-metadata': true,
    'aws:cdk:bundling-stacks': [],
    '@aws-cdk/core:annotationsInValidationReport': false,
  });
  process.env.CDK_VALIDATION = 'false';
  const problem = problemOf(() => require(join(folder, 'src', 'main.ts')).app.synth());
  if (problem) {
    writeFileSync(join(folder, 'problem.txt'), problem);
  }
}

// An app that a program made before it failed would be synthesized at the end.
process.exit();

function problemOf(synthesize: () => void): string | undefined {
  try {
    synthesize();
    return undefined;
  } catch (error) {
    return String((error as Error).message ?? error);
  }
}
