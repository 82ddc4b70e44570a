import type { IncomingMessage } from 'node:http';
import { EbbError, isEbbError } from '../../../libs/core/errors.js';

/** The body of a request as it comes in, and no faster than it is taken. */
export interface StreamedBody {
  readonly stream: AsyncIterable<Uint8Array>;
  /** Absent where the caller does not say how long it is going to be. */
  readonly sizeBytes?: number;
}

export function streamedBody(raw: IncomingMessage): StreamedBody {
  const length = raw.headers['content-length'];
  return { stream: readOff(raw), ...(length !== undefined && { sizeBytes: Number(length) }) };
}

/** A caller that goes away in the middle has sent nothing. */
async function* readOff(raw: IncomingMessage): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of raw.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } catch (error) {
    if (isEbbError(error)) throw error;
    throw new EbbError('InvalidRequest', 'body: the connection closed before it ended', { cause: error });
  } finally {
    // What is refused half way is still read off, so that its sender comes to read why.
    raw.resume();
  }
}
