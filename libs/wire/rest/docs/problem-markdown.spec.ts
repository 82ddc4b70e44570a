import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { problemsAsMarkdown } from './problem-markdown.js';

const DOCUMENT = resolve(import.meta.dirname, '../../../../docs/errors.md');

it('is what the documentation says of problems; `vitest -u` writes it', async () => {
  // Without the file the comparison would write one wherever the path leads, and pass.
  expect(existsSync(DOCUMENT)).toBe(true);
  await expect(problemsAsMarkdown()).toMatchFileSnapshot(DOCUMENT);
});
