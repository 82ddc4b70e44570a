import type { IncomingMessage } from 'node:http';
import type { ObjectLocation } from '../../../../libs/core/object-location.js';
import type { Body, Objects } from '../../../../libs/core/ports/objects.js';
import type { ChunkWatch } from '../../../../libs/wire/s3/signing/chunked-body.js';
import type { S3Operation } from '../../../../libs/wire/s3/operation.js';

/** A request to S3 as its operation sees it. */
export interface S3Request {
  readonly operation: S3Operation;
  /** Bucket or key is empty where the operation is not about one. */
  readonly location: ObjectLocation;
  readonly query: URLSearchParams;
  /** The headers and the body on its way. */
  readonly message: IncomingMessage;
  /** Verifies the body's chunks, where each has a signature. */
  readonly chunkWatch?: ChunkWatch;
  /** The region that the client signed for: every bucket is where it is looked for. */
  readonly region: string;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** What an operation answers: 200 unless it says otherwise. */
export interface S3Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** Text is an XML document; a body is an object's content, of the length that the headers state. */
  readonly body?: string | Body;
}

/** One operation of S3 over the port. Raises `S3Error` or `EbbError`. */
export type S3Handler = (objects: Objects, request: S3Request) => Promise<S3Reply>;
