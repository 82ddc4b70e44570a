import type { IncomingMessage } from 'node:http';
import { EbbError } from '../../libs/core/errors.js';

/** A request whose body somebody has read already, to find out whose it is. */
export interface ReadRequest extends IncomingMessage {
  rawBody?: Buffer;
}

/**
 * Reads a whole request body of at most `maxBytes`; raises `BodyTooLarge` as soon as it is longer. A body that was read
 * before is given again.
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

function tooLarge(maxBytes: number): EbbError {
  return new EbbError('BodyTooLarge', `The request body is longer than ${maxBytes} bytes.`);
}
