import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { misuse } from './failure.js';
import type { Answered } from './http.js';
import type { Terminal } from './terminal.js';

const TEXT = /^text\/|[/+](json|xml|yaml|x-ndjson|csv)\b/;

/** Writes what is answered to a file, which is there only when it is whole; or, without one, to standard output. */
export async function outputTo(
  { body, headers }: Answered,
  file: string | undefined,
  terminal: Terminal,
): Promise<void> {
  if (file !== undefined) {
    await saveAs(body, file);
    return;
  }
  if (terminal.out.isTTY && !TEXT.test(contentTypeOf({ headers }))) {
    body.destroy();
    throw misuse(`The output is ${contentTypeOf({ headers })}, which is not for a screen.`, 'Say where to: --out.');
  }
  await pipeline(body, terminal.out, { end: false });
}

async function saveAs(body: Answered['body'], file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.part`;
  try {
    await pipeline(body, createWriteStream(part));
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
