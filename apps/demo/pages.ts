import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A picture for the model, and the expected result. */
export interface Page {
  readonly file: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  /** The text that must be read from it; absent for the file that is not a picture. */
  readonly contains?: string;
}

/** Reads the pages that a folder's `pages.json` lists. */
export async function pagesIn(folder: string): Promise<Page[]> {
  const listed = JSON.parse(await readFile(join(folder, 'pages.json'), 'utf8')) as Omit<Page, 'bytes'>[];
  return Promise.all(
    listed.map(async ({ file, contentType, contains }) => {
      return { file, contentType, contains, bytes: await readFile(join(folder, file)) };
    }),
  );
}
