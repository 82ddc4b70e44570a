import { accessSync, constants, createWriteStream, mkdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { misuse } from '../outcome/failure.js';
import { type Answered, partsOf } from '../client/http.js';
import type { Session } from '../session/session.js';

const TEXT = /^text\/|[/+](json|xml|yaml|x-ndjson|csv)\b/;

/** Writes what is answered to a file, which is there only when it is whole; or, without one, to standard output. */
export async function outputTo(
  answer: Answered,
  file: string | undefined,
  { signal, terminal }: Session,
): Promise<void> {
  const parts = partsOf(answer, signal);
  if (file !== undefined) {
    await saveAs(parts, file);
    return;
  }
  if (terminal.out.isTTY && !TEXT.test(contentTypeOf(answer))) {
    answer.body.destroy();
    throw misuse(`The output is ${contentTypeOf(answer)}, which is not for a screen.`, 'Say where to: --out.');
  }
  await pipeline(parts, terminal.out, { end: false });
}

/** Makes the folder for outputs. Raises misuse where none can be written into it: nothing need be begun then. */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw misuse(`Nothing can be written to ${folder}: ${(error as Error).message}.`);
  }
}

async function saveAs(parts: AsyncIterable<Buffer>, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.part`;
  try {
    await pipeline(parts, createWriteStream(part));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

const EXTENSIONS: readonly (readonly [RegExp, string])[] = [
  [/^application\/(.*\+)?json\b/, '.json'],
  [/^application\/x-ndjson\b|^application\/jsonlines\b/, '.jsonl'],
  [/^text\/csv\b/, '.csv'],
  [/^text\/html\b/, '.html'],
  [/^text\//, '.txt'],
  [/^image\/(png|gif|webp)\b/, '.$1'],
  [/^image\/jpeg\b/, '.jpg'],
  [/^application\/pdf\b/, '.pdf'],
  [/^audio\/(x-)?wav\b/, '.wav'],
  [/^video\/mp4\b/, '.mp4'],
];

/** What the name of a file with such content ends in. */
export function extensionOf(contentType: string): string {
  for (const [pattern, extension] of EXTENSIONS) {
    const match = pattern.exec(contentType.toLowerCase());
    if (match) return extension.replace('$1', match[1] ?? '');
  }
  return '.out';
}

/** The content type of an answer. */
export function contentTypeOf({ headers }: Pick<Answered, 'headers'>): string {
  const [type = 'application/octet-stream'] = [headers['content-type']].flat();
  return type;
}
