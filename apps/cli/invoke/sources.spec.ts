import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Source, outputNames, sourcesOf } from './sources.js';
import { guessed } from './submission.js';

const source = (file: string): Source => ({ file, isRepeatable: true, open: () => ({}) });

describe('the inputs of ebb invoke', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ebb-sources-'));
    writeFileSync(join(folder, 'a.png'), 'picture');
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('are files, standard input, or objects that Ebb reads itself', () => {
    const [file, input, object] = sourcesOf([join(folder, 'a.png'), '-', 's3://bucket/key']);
    expect(file).toMatchObject({ sizeBytes: 7, isRepeatable: true });
    expect(input).toMatchObject({ isRepeatable: false });
    expect(object!.open()).toEqual({ location: 's3://bucket/key' });
  });

  it('are refused before anything is sent where one of them cannot be read', () => {
    expect(() => sourcesOf([join(folder, 'b.png')])).toThrow('cannot be read');
    expect(() => sourcesOf([folder])).toThrow('is not a file');
    expect(() => sourcesOf(['-', '-'])).toThrow('only once');
  });

  it('lead to outputs of which no two have the same name', () => {
    const names = outputNames(['x/a.png', 'y/a.png', 'z/a.png', 'a.png-2', '-'].map(source));
    expect(names).toEqual(['a.png', 'a.png-2', 'a.png-3', 'a.png-2-2', 'stdin']);
    expect(new Set(names).size).toBe(names.length);
  });

  it('have the content type that their name stands for', () => {
    expect(['a.PNG', 'b.json', 's3://b/x.csv', '-', 'Makefile'].map(guessed)).toEqual([
      'image/png',
      'application/json',
      'text/csv',
      'application/octet-stream',
      'application/octet-stream',
    ]);
  });
});
