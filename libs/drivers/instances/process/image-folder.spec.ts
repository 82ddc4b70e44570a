import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findImage, listImages, resolveImageName } from './image-folder.js';

let root: string;
let first: string;
let second: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ebb-images-'));
  first = join(root, 'first');
  second = join(root, 'second');
});

afterEach(() => rm(root, { recursive: true }));

async function addImage(folder: string, name: string, description: unknown): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  const text = typeof description === 'string' ? description : JSON.stringify(description);
  await writeFile(join(folder, name, 'ebb-image.json'), text);
}

describe("the operator's images", () => {
  it('are found by name in the listed folders, the first folder first', async () => {
    const cancel = { path: '/cancel', endInstanceAfterSeconds: 0.5 };
    await addImage(first, 'ocr', { command: ['node', 'first.js'], env: { LANGUAGE: 'eng' }, cancel });
    await addImage(second, 'ocr', { command: ['node', 'second.js'] });
    await addImage(second, 'echo', { command: ['./echo'] });
    expect(await findImage('registry/ocr:v2', [first, second])).toEqual({
      name: 'ocr',
      folder: join(first, 'ocr'),
      command: ['node', 'first.js'],
      env: { LANGUAGE: 'eng' },
      cancel: { path: '/cancel', endsInstanceAfterMs: 500 },
    });
    expect(await findImage('echo', [first, second])).toMatchObject({ folder: join(second, 'echo'), env: {} });
    expect(await listImages([first, second, join(root, 'absent')])).toEqual(['echo', 'ocr']);
  });

  it('are the only ones that can run; an error for another image lists them', async () => {
    await addImage(first, 'ocr', { command: ['node'] });
    await mkdir(join(first, 'not-an-image'));
    await expect(findImage('llama', [first])).rejects.toMatchObject({
      code: 'ImageNotFound',
      message: `There is no image 'llama' in ${first}; there are: ocr.`,
    });
  });

  it('never come from outside the listed folders', async () => {
    await addImage(second, 'ocr', { command: ['node'] });
    await mkdir(first);
    for (const image of ['../second/ocr', '..', '../second', join(second, 'ocr')]) {
      await expect(findImage(image, [first])).rejects.toMatchObject({ code: 'ImageNotFound' });
    }
  });

  it.each([
    ['{', 'must be JSON.'],
    [[], 'must be a JSON object.'],
    [{}, `'command' must be a list of strings`],
    [{ command: 'node server.js' }, `'command' must be a list of strings`],
    [{ command: [] }, `'command' must be a list of strings`],
    [{ command: ['node', 1] }, `'command' must be a list of strings`],
    [{ command: ['node'], env: [] }, `'env' must be an object.`],
    [{ command: ['node'], env: { PORT: 1 } }, `'env.PORT' must be a string.`],
    [{ command: ['node'], env: { 'a=b': 'c' } }, `'env' has 'a=b'`],
    [{ command: ['node'], comand: [] }, `'comand' is not a field`],
    [{ command: ['node'], cancel: 'yes' }, `'cancel' must be an object.`],
    [{ command: ['node'], cancel: { url: '/' } }, `'cancel.url' is not a field`],
    [{ command: ['node'], cancel: { path: 'cancel' } }, `'cancel.path' must be a path such as "/cancel".`],
    [
      { command: ['node'], cancel: { endInstanceAfterSeconds: -1 } },
      `'cancel.endInstanceAfterSeconds' must be a number`,
    ],
  ])('with the description %j are refused with the file, the field and the rule', async (description, rule) => {
    await addImage(first, 'bad', description);
    const file = join(first, 'bad', 'ebb-image.json');
    await expect(findImage('bad', [first])).rejects.toMatchObject({
      code: 'ImageNotFound',
      message: expect.stringContaining(`${file}: ${rule}`),
    });
  });
});

describe('the name of an image', () => {
  it.each([
    ['ocr', 'ocr'],
    ['ocr:latest', 'ocr'],
    ['ocr@sha256:0123456789abcdef', 'ocr'],
    ['repo/ocr@sha256:0123456789abcdef', 'ocr'],
    ['repo/ocr:v1@sha256:0123456789abcdef', 'ocr'],
    ['123.dkr.ecr.us-east-1.amazonaws.com/ocr:v1', 'ocr'],
    ['localhost:5000/team/ocr', 'ocr'],
    ['localhost:5000/team/text_model-2.1:v1', 'text_model-2.1'],
    ['/etc/ocr', 'ocr'],
    ['../../ocr', 'ocr'],
  ])('of %j is %j', (image, name) => {
    expect(resolveImageName(image)).toBe(name);
  });

  it.each([
    '',
    '.',
    '..',
    '../..',
    'repo/..',
    'ocr/',
    '.hidden',
    ':v1',
    '@sha256:0',
    'a\\..\\b',
    'o cr',
    'ocr\0',
    'ocr\n',
  ])('is undefined for %j', (image) => {
    expect(resolveImageName(image)).toBeUndefined();
  });
});
