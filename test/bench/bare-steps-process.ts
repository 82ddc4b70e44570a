import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Pool } from 'undici';
import { answerCalls } from './child.js';
import { middleRate } from './statistics.js';

/** Many small invocations, done with nothing around them. */
export interface BareRun {
  readonly origin: string;
  readonly inputFile: string;
  readonly outputDirectory: string;
  readonly count: number;
  readonly concurrency: number;
  /** Whether each output is on disk before it is renamed, as Ebb's are. */
  readonly sync: boolean;
}

/** Read a file, POST it, write the answer to a file, rename that. Returns how many a second. */
async function run({ origin, inputFile, outputDirectory, count, concurrency, sync }: BareRun): Promise<number> {
  const pool = new Pool(origin, { connections: concurrency });
  const finishedAt: number[] = [];
  let next = 0;
  const one = async (): Promise<void> => {
    for (let id = next++; id < count; id = next++) {
      const input = await readFile(inputFile);
      const { body } = await pool.request({ ...INVOCATION, body: input });
      const output = new Uint8Array(await body.arrayBuffer());
      const file = `${outputDirectory}/${id}`;
      await writeFile(`${file}.new`, output, { flush: sync });
      await rename(`${file}.new`, file);
      finishedAt.push(performance.now());
    }
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  await pool.close();
  return middleRate(finishedAt);
}

const INVOCATION = { path: '/invocations', method: 'POST', headers: { 'content-type': 'application/json' } } as const;

/** One large payload, through the container and back. */
export interface BareCopy {
  readonly origin: string;
  readonly inputFile: string;
  readonly outputFile: string;
}

/** A file streams into the container and the answer into another file, which is on disk at the end. Returns the milliseconds. */
async function copy({ origin, inputFile, outputFile }: BareCopy): Promise<number> {
  const pool = new Pool(origin, { headersTimeout: 0, bodyTimeout: 0 });
  const startedAt = performance.now();
  const { size } = await stat(inputFile);
  const headers = { ...INVOCATION.headers, 'content-length': String(size) };
  const { body } = await pool.request({ ...INVOCATION, headers, body: createReadStream(inputFile, CHUNKS) });
  await pipeline(body, createWriteStream(`${outputFile}.new`, CHUNKS));
  const file = await open(`${outputFile}.new`);
  await file.datasync();
  await file.close();
  await rename(`${outputFile}.new`, outputFile);
  const elapsedMs = performance.now() - startedAt;
  await pool.close();
  return elapsedMs;
}

/** As large as Ebb's own reads: the default of 64 KiB would make the floor slower. */
const CHUNKS = { highWaterMark: 512 * 1024 };

answerCalls({ run, copy });
