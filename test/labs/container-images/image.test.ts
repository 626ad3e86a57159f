import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPattern } from '../../../blueprints/catalog';
import { type ImageProcess, startImage } from '../../support/image-process';

/* What the image runs, without a builder and without a container. */

let image: ImageProcess;

beforeAll(async () => {
  image = await startImage(findPattern('container-images'));
});

afterAll(() => image.stop());

test('the bundle of Node.js answers as a process behind the Runtime API', async () => {
  // What image/try.sh sends, and wants to hear.
  expect(await image.invoke({ name: 'image' })).toEqual({ kind: 'response', body: { greeting: 'Hello, image!' } });
  expect(readFileSync(join(image.folder, 'image', 'try.sh'), 'utf8')).toContain('{"greeting":"Hello, image!"}');
  expect(await image.invoke({})).toMatchObject({
    kind: 'error',
    body: { errorMessage: expect.stringMatching('no name') },
  });
});
