import { Readable } from 'node:stream';
import { EbbError } from '../../core/errors.js';
import type { Body } from '../../core/ports/objects.js';

/**
 * Yields the chunks of a body in order. An abort also interrupts the wait for a chunk that never comes. If the reader
 * stops before the end for any reason, the source is closed.
 */
export async function* chunksOf(body: Body, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  signal?.throwIfAborted();
  if (body instanceof Uint8Array) {
    yield body;
    return;
  }
  const iterator = body[Symbol.asyncIterator]();
  let interrupt: ((reason: unknown) => void) | undefined;
  const onAbort = () => interrupt?.(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  let ended = false;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const step = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        interrupt = reject;
        iterator.next().then(resolve, reject);
      });
      ended = step.done === true;
      if (ended) return;
      yield step.value;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    if (!ended) close(body, iterator);
  }
}

/** Reads the whole body into memory. Raises `BodyTooLarge` if it has more than `maxBytes`. */
export async function gatherBody(body: Body, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunksOf(body, signal)) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw new EbbError('BodyTooLarge', `The body has more than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, sizeBytes);
}

/**
 * Closes the source. Its answer is not awaited, because a generator that hangs inside `next()` never answers
 * `return()`.
 */
function close(body: AsyncIterable<Uint8Array>, iterator: AsyncIterator<Uint8Array>): void {
  if (body instanceof Readable) body.destroy();
  iterator.return?.().catch(() => {});
}
