import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { errorDocument, type S3Error } from '../../../../libs/wire/s3/errors.js';
import { cancelBody } from '../../../../libs/engine/cancel-body.js';
import type { S3Reply } from './s3-exchange.js';

/**
 * The most bytes of a refused body that are read and dropped. Some clients read the answer only after they have sent
 * the body.
 */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;

/** Sends a whole answer at the client's pace. If the client goes away, cancels the content. */
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
      // The metadata cannot be sent in an HTTP header: another program stored the object.
      if (body !== undefined) await cancelBody(body);
      throw error;
    }
    if (body === undefined || body instanceof Uint8Array) response.end(body);
    else await pipeline(body, response);
  }
}

/** Sends an error as S3 does: as a document, or as the bare status if the method allows no body. */
export async function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  error: S3Error,
  ids: { requestId: string; hostId: string },
): Promise<void> {
  if (response.headersSent || response.destroyed) {
    // The answer has begun, so only a broken connection can show that it is not whole.
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
