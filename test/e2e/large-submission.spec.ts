import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { RestClient } from '../support/rest-client.js';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';

const MIB = 1024 * 1024;
const IS_LARGE = process.env['EBB_TEST_LARGE'] === '1';
/** The input's size: 1 GiB with `EBB_TEST_LARGE=1`; by default just enough to tell a stream from a buffer. */
const SIZE_BYTES = (IS_LARGE ? 1_024 : 240) * MIB;
/**
 * The most memory that may hold parts of it while other tests keep the processors, and so the garbage collector, busy.
 */
const MAX_GROWTH_BYTES = 160 * MIB;
const MAX_RESIDENT_BYTES = 250 * MIB;

/** Only Linux reports the peak memory of a process. */
describe.skipIf(process.platform !== 'linux')('a large input', () => {
  it('is submitted in bounded memory, and comes back from the model byte for byte', { timeout: 300_000 }, async () => {
    await using ebb = await startStandalone();
    const rest = new RestClient(ebb.url);
    await rest.post('endpoints', { name: 'echo', image: 'echo', minInstances: 1, maxInstances: 1 });
    await eventually('the endpoint is in service', async () => {
      return (await rest.get<{ status: string }>('endpoints/echo')).body.status === 'InService';
    });
    const before = await mostResidentBytes(ebb);
    const sent = createHash('sha256');
    const accepted = await fetch(`${ebb.url}/v1/endpoints/echo/invocations`, {
      method: 'POST',
      headers: { 'invocation-timeout': '300' },
      body: ReadableStream.from(contentOf(SIZE_BYTES, (chunk) => sent.update(chunk))),
      duplex: 'half',
    } as RequestInit);
    const peak = await mostResidentBytes(ebb);
    expect(accepted.status).toBe(202);
    expect(peak).toBeLessThan(IS_LARGE ? MAX_RESIDENT_BYTES : before + MAX_GROWTH_BYTES);

    const { id } = (await accepted.json()) as { id: string };
    const isCompleted = async (): Promise<boolean> =>
      (await rest.get<{ state: string }>(`invocations/${id}?wait=10`)).body.state === 'Completed';
    await eventually('it is completed', isCompleted, 200_000);
    const output = await fetch(`${ebb.url}/v1/invocations/${id}/output`);
    expect(output.headers.get('content-length')).toBe(String(SIZE_BYTES));
    const got = createHash('sha256');
    for await (const chunk of output.body!) got.update(chunk);
    expect(got.digest('hex')).toBe(sent.digest('hex'));
  });
});

/** Returns the peak memory of the process. */
async function mostResidentBytes({ pid }: StandaloneProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

/** Yields chunks as they come from a socket, no two alike. */
async function* contentOf(sizeBytes: number, seen: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  const chunkBytes = 64 * 1024;
  for (let at = 0; at < sizeBytes; at += chunkBytes) {
    const chunk = Buffer.alloc(chunkBytes, at / chunkBytes);
    chunk.writeDoubleLE(at);
    seen(chunk);
    yield chunk;
  }
}
