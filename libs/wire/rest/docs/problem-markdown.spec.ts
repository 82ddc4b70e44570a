import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { problemsAsMarkdown } from './problem-markdown.js';

const DOCUMENT = resolve(import.meta.dirname, '../../../../docs/errors.md');

it('matches the documentation of problems; `vitest -u` writes it', async () => {
  // Without the file, the comparison would write one at any path, and pass.
  expect(existsSync(DOCUMENT)).toBe(true);
  await expect(problemsAsMarkdown()).toMatchFileSnapshot(DOCUMENT);
});
