import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (file: string) => JSON.parse(readFileSync(join(__dirname, '..', 'layer', file), 'utf8'));
const { dependencies } = read('package.json');
const { packages } = read('package-lock.json') as { packages: Record<string, { integrity?: string }> };

test('the lock file is of the packages that the layer asks for', () => {
  expect(packages['']).toMatchObject({ dependencies });
});

test('the lock file knows every package to the byte', () => {
  const installed = Object.entries(packages).filter(([path]) => path !== '');
  expect(installed.length).toBeGreaterThan(0);
  expect(installed.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
});

test('the check tries every package that the layer asks for', () => {
  const check = readFileSync(join(__dirname, '..', 'layer', 'check.js'), 'utf8');
  expect(Object.keys(dependencies).filter((name) => !check.includes(`require('${name}')`))).toEqual([]);
});
