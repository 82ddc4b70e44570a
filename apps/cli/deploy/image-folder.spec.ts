import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageFolder, nameFrom } from './image-folder.js';

describe('what is deployed', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ebb-image-'));
    for (const [name, text] of [
      ['good', '{ "command": ["node", "server.js"] }'],
      ['empty', '{ "command": [] }'],
      ['broken', '{'],
    ] as const) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'ebb-image.json'), text);
    }
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('is a folder that says what to execute, or else the name of an image', () => {
    expect(imageFolder(join(folder, 'good'))).toBe(join(folder, 'good'));
    expect(imageFolder('registry.example.com/team/ocr:2')).toBeUndefined();
    expect(() => imageFolder(join(folder, 'empty'))).toThrow('does not say what to execute');
    expect(() => imageFolder(join(folder, 'broken'))).toThrow('is not JSON');
    expect(() => imageFolder(folder)).toThrow('has no ebb-image.json');
    expect(() => imageFolder('./nowhere')).toThrow('There is no folder');
  });

  it.each([
    ['ocr', 'ocr'],
    ['localhost/summarize:2', 'summarize'],
    ['123.dkr.ecr.us-east-1.amazonaws.com/team/read_all@sha256:abc', 'read-all'],
  ])('%s is an endpoint %s unless told', (image, name) => {
    expect(nameFrom(image)).toBe(name);
  });
});
