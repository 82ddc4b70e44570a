import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { errorDocument, type S3Error } from '../../../../libs/wire/s3/errors.js';
import { cancelBody } from '../../../../libs/engine/cancel-body.js';
import type { S3Reply } from './s3-exchange.js';

/** A request that is refused is read on to this length, so that a client that only then listens hears why. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;

/** Sends an answer whole, at the client's pace; the content is cancelled when the client goes away. */
export async function sendReply(response: ServerResponse, reply: S3Reply): Promise<void> {
  const { status = 200, headers = {}, body } = reply;
  if (typeof body === 'string') {
    const bytes = Buffer.from(body);
    response.writeHead(status, { 'content-type': 'application/xml', ...headers, 'content-length': bytes.length });
    response.end(bytes);
  } else {
    try {
      response.writeHead(status, { ...headers });
    } catch (error) {
      // Metadata that no HTTP header can carry: somebody else stored it.
      if (body !== undefined) await cancelBody(body);
      throw error;
    }
    if (body === undefined || body instanceof Uint8Array) response.end(body);
    else await pipeline(body, response);
  }
}

/** Sends an error as S3 does: a document, or the bare status where the method allows no body. */
export async function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  error: S3Error,
  ids: { requestId: string; hostId: string },
): Promise<void> {
  if (response.headersSent || response.destroyed) {
    // The answer has begun: only a broken connection can still say that it is not whole.
    response.destroy();
    return;
  }
  if (!request.complete) discardRest(request);
  if (request.method === 'HEAD') return sendReply(response, { status: error.status });
  const resource = (request.url ?? '/').split('?', 1)[0]!;
  await sendReply(response, {
    status: error.status,
    body: errorDocument(error, resource, ids.requestId, ids.hostId),
  });
}

function discardRest(request: IncomingMessage): void {
  let discarded = 0;
  request.on('data', (bytes: Buffer) => {
    discarded += bytes.length;
    if (discarded > MAX_DISCARDED_BYTES) request.destroy();
  });
}
