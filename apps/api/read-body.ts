import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { EbbError } from '../../libs/core/errors.js';

/** A request whose body may have been read already, to find its service or to verify its signature. */
export interface ReadRequest extends IncomingMessage {
  rawBody?: Buffer;
}

/**
 * Reads a whole request body of at most `maxBytes`. Raises `BodyTooLarge` as soon as it is longer. If the body was read
 * before, returns it again.
 */
export function readBody(request: ReadRequest, maxBytes: number): Promise<Buffer> {
  if (request.rawBody) {
    return request.rawBody.length > maxBytes ? Promise.reject(tooLarge(maxBytes)) : Promise.resolve(request.rawBody);
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge(maxBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= maxBytes) chunks.push(chunk);
      else reject(tooLarge(maxBytes));
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('aborted', () => reject(new EbbError('InvalidRequest', 'The connection closed before the body ended.')));
  });
}

/**
 * Reads a whole request body, and unpacks it if the client sent gzip, as SDKs do for large metric requests. The limit
 * is for the plain body. Raises `InvalidRequest` if the body cannot be unpacked.
 */
export async function readPlainBody(request: ReadRequest, maxBytes: number): Promise<Buffer> {
  const body = await readBody(request, maxBytes);
  if (request.headers['content-encoding'] !== 'gzip') return body;
  try {
    return await unpack(body, { maxOutputLength: maxBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new EbbError('InvalidRequest', 'The request body is not valid gzip, although its Content-Encoding is gzip.', {
      cause,
    });
  }
}

const unpack = promisify(gunzip);

function tooLarge(maxBytes: number): EbbError {
  return new EbbError('BodyTooLarge', `The request body is longer than ${maxBytes} bytes.`);
}
