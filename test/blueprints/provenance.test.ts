import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPattern } from '../../blueprints/catalog';
import { kitVersion } from '../../blueprints/kit';
import { readProvenance, writeProvenance } from '../../blueprints/provenance';
import { echo } from '../fixtures/echo/blueprints/echo/pattern';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serverless-atelier-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pattern = findPattern('sqs-scaling');
const origin = {
  pattern,
  options: { name: 'orders', tags: ['team=a'], batchSize: 100 },
  step: 'alarms',
};
const base = () => JSON.parse(readFileSync(join(folder, '.atelier', 'base.json'), 'utf8'));

test('what was written is read back, with the version of the kit', () => {
  writeProvenance(folder, origin, new Map());
  expect(readProvenance(folder)).toEqual({ kit: kitVersion, ...origin, pattern: 'sqs-scaling' });
});

test('the package of a pattern that is none of the kit is kept, with its version', () => {
  writeProvenance(folder, { ...origin, pattern: echo }, new Map());
  expect(readProvenance(folder)).toMatchObject({ package: { name: 'echo', version: '1.0.0' }, pattern: 'echo' });
});

test('a folder without the file holds no generated project', () => {
  expect(readProvenance(folder)).toBeUndefined();
});

test.each([
  '{',
  '<<<<<<< HEAD',
  '{}',
  'null',
  '[]',
  '{ "pattern": "sqs-scaling", "options": {} }',
  '{ "package": { "name": "../evil" }, "pattern": "a", "options": {}, "step": "b" }',
])('a damaged file (%s) is named, with the command that mends it', (text) => {
  writeFileSync(join(folder, '.atelier.json'), text);
  expect(() => readProvenance(folder)).toThrow(
    '.atelier.json is damaged; allowed: a JSON object with pattern, options and step, as it was generated; for example: git checkout -- .atelier.json',
  );
});

test('the rendered texts are kept by path', () => {
  writeProvenance(folder, origin, new Map([['src/main.ts', 'export {};\n']]));
  expect(base()).toEqual({ kit: kitVersion, files: { 'src/main.ts': 'export {};\n' } });
});

test('of rendered bytes the hash is kept by path', () => {
  writeProvenance(folder, origin, new Map<string, string | Buffer>([['picture.bin', Buffer.from('abc')]]));
  // The example of FIPS 180-2 for SHA-256.
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(base()).toEqual({ kit: kitVersion, files: {}, hashes: { 'picture.bin': sha256 } });
});

test('both files end in a line break and hold no carriage return', () => {
  writeProvenance(folder, origin, new Map());
  for (const path of ['.atelier.json', '.atelier/base.json']) {
    expect(readFileSync(join(folder, path), 'utf8')).toMatch(/^[^\r]*\}\n$/);
  }
});
