import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFiles } from '../../../../labs/engine/rehearsal/project-files';
import { inEmptyFolder, run } from '../../../support/commands';

test('has the files that git knows or does not ignore, and neither links to folders nor what is gone', () => {
  const files = inEmptyFolder((folder) => {
    run(folder, 'git', ['init', '--quiet']);
    mkdirSync(join(folder, 'src'));
    for (const path of ['.gitignore', 'src/known.ts', 'src/new.ts', 'src/ignored.log', 'gone.ts']) {
      writeFileSync(join(folder, path), path === '.gitignore' ? '*.log\nnode_modules/\n' : path);
    }
    run(folder, 'git', ['add', 'src/known.ts', 'gone.ts']);
    rmSync(join(folder, 'gone.ts'));
    symlinkSync(join(folder, 'src'), join(folder, 'node_modules'), 'junction');
    return projectFiles(folder);
  });
  expect([...files].sort()).toEqual(['.gitignore', 'src/known.ts', 'src/new.ts']);
});

test('has all but packages and the assembly where there is no git', () => {
  const files = inEmptyFolder((folder) => {
    for (const path of ['src', 'node_modules/one', 'cdk.out']) {
      mkdirSync(join(folder, path), { recursive: true });
      writeFileSync(join(folder, path, 'file.ts'), '');
    }
    return projectFiles(folder);
  });
  expect(files).toEqual(['src/file.ts']);
});
