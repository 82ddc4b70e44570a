import { Readable } from 'node:stream';
import { EbbError } from '../../core/errors.js';
import type { Body } from '../../core/ports/objects.js';

/**
 * The chunks of a body one after the other. An abort also interrupts a wait for a chunk that never comes. When the
 * reader stops before the end, for whatever reason, the source is closed.
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

/** The whole body in one piece; `BodyTooLarge` when it has more than `maxBytes`. */
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

/** Not awaited: a generator that hangs inside `next()` never answers `return()`. */
function close(body: AsyncIterable<Uint8Array>, iterator: AsyncIterator<Uint8Array>): void {
  if (body instanceof Readable) body.destroy();
  iterator.return?.().catch(() => {});
}
