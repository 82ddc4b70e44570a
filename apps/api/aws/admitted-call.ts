import type { Caller } from '../../../libs/core/access/caller.js';
import type { AwsCall } from '../../../libs/wire/aws/aws-request.js';
import type { ChunkWatch } from '../../../libs/wire/s3/signing/chunked-body.js';

/** A request whose signature was verified if one is required, and its caller. */
export interface VerifiedCall extends AwsCall {
  /** Absent for a visitor without credentials, who may call only operations that need none. */
  readonly caller?: Caller;
  /** Verifies the chunks of the body if each has its own signature. */
  readonly chunkWatch?: ChunkWatch;
}

/** A request that was admitted to a surface. */
export interface AdmittedCall extends VerifiedCall {
  /** The id of the request in the answer and in the audit. */
  readonly requestId: string;
  /**
   * Checks that the caller may run the operation, and records it if the audit does. Surfaces call this when the
   * operation is known and before anything is done. `endpointNames` are the endpoints that the request names. Raises
   * `AccessDenied`.
   */
  readonly permit: (operation: string, endpointNames?: readonly string[]) => Promise<void>;
}
