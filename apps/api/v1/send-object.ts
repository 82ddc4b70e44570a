import type { OutgoingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StoredObject } from '../../../libs/core/ports/objects.js';
import { cancelBody } from '../../../libs/engine/cancel-body.js';
import type { FrameworkReply } from './asked.js';

/**
 * Answers with the content of an object, as it comes from storage and no faster than it is read. What breaks off on the way
 * ends the connection, so that nobody takes a part for the whole. Who asks for the head gets no more.
 */
export async function sendObject(
  reply: FrameworkReply,
  object: StoredObject,
  status: number,
  headers: OutgoingHttpHeaders = {},
): Promise<void> {
  const { body, contentType = 'application/octet-stream', etag, modifiedAt, range, sizeBytes } = object;
  reply.hijack();
  reply.raw.writeHead(status, {
    ...reply.getHeaders(),
    'content-type': contentType,
    'content-length': range ? range.last - range.first + 1 : sizeBytes,
    etag: `"${etag}"`,
    'last-modified': new Date(modifiedAt).toUTCString(),
    // A model's page in somebody's browser must not come to act on Ebb in their name.
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
    ...(range && { 'content-range': `bytes ${range.first}-${range.last}/${sizeBytes}` }),
    ...headers,
  });
  if (reply.raw.req.method === 'HEAD') {
    await cancelBody(body);
    reply.raw.end();
    return;
  }
  try {
    await pipeline(body instanceof Uint8Array ? Readable.from([body]) : Readable.from(body), reply.raw);
  } catch (error) {
    // Whoever has gone wants no more of it, which is nobody's failure.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}
