import type { OutgoingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StoredObject } from '../../../libs/core/ports/objects.js';
import { cancelBody } from '../../../libs/engine/cancel-body.js';
import type { FrameworkReply } from './asked.js';

/**
 * Answers with the content of an object, which is read from storage at the client's pace. If the reading breaks off,
 * the connection is closed, so that the client does not take a part for the whole. A HEAD request gets the head only.
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
    // A page that a model wrote must not act on Ebb in the name of the person whose browser opens it.
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
    // A client that leaves before the end is not a failure.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}
