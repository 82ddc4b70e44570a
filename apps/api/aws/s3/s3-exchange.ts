import type { IncomingMessage } from 'node:http';
import type { ObjectLocation } from '../../../../libs/core/object-location.js';
import type { Body, Objects } from '../../../../libs/core/ports/objects.js';
import type { ChunkWatch } from '../../../../libs/wire/s3/signing/chunked-body.js';
import type { S3Operation } from '../../../../libs/wire/s3/operation.js';

/** A request to S3 as its operation sees it. */
export interface S3Request {
  readonly operation: S3Operation;
  /** The bucket or the key is empty if the operation does not concern one. */
  readonly location: ObjectLocation;
  readonly query: URLSearchParams;
  /** The headers, and the body as it arrives. */
  readonly message: IncomingMessage;
  /** Verifies the body's chunks if each has a signature. */
  readonly chunkWatch?: ChunkWatch;
  /** The region that the client signed for. Every bucket exists in the region in which it is looked for. */
  readonly region: string;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** The answer of an operation; its status is 200 by default. */
export interface S3Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** A string is an XML document. A `Body` is an object's content, of the length that the headers state. */
  readonly body?: string | Body;
}

/** One operation of S3 over the port. Raises `S3Error` or `EbbError`. */
export type S3Handler = (objects: Objects, request: S3Request) => Promise<S3Reply>;
