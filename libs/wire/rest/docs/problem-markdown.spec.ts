import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { problemsAsMarkdown } from './problem-markdown.js';

const DOCUMENT = resolve(import.meta.dirname, '../../../../docs/errors.md');

it('is what the documentation says of problems; `vitest -u` writes it', async () => {
  await expect(problemsAsMarkdown()).toMatchFileSnapshot(DOCUMENT);
});
