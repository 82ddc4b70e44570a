import type { IncomingMessage } from 'node:http';
import { EbbError, isEbbError } from '../../../libs/core/errors.js';

/** The body of a request as it arrives, at the pace of its reader. */
export interface StreamedBody {
  readonly stream: AsyncIterable<Uint8Array>;
  /** Absent if the caller does not state the length. */
  readonly sizeBytes?: number;
}

/** Returns the body of a request as a stream, with its length if the caller states it. */
export function streamedBody(raw: IncomingMessage): StreamedBody {
  const length = raw.headers['content-length'];
  return { stream: readOff(raw), ...(length !== undefined && { sizeBytes: Number(length) }) };
}

/** Yields the body. Raises `InvalidRequest` if the connection closes early, so that nothing is made of a part. */
async function* readOff(raw: IncomingMessage): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of raw.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } catch (error) {
    if (isEbbError(error)) throw error;
    throw new EbbError('InvalidRequest', 'body: the connection closed before it ended', { cause: error });
  } finally {
    // The rest of a refused body is read and dropped, so that the client gets to read the refusal.
    raw.resume();
  }
}
