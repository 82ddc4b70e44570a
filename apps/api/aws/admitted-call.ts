import type { Caller } from '../../../libs/core/access/caller.js';
import type { AwsCall } from '../../../libs/wire/aws/aws-request.js';
import type { ChunkWatch } from '../../../libs/wire/s3/signing/chunked-body.js';

/** A request whose signature, if it had to have one, has been verified, and whose it is. */
export interface VerifiedCall extends AwsCall {
  /** Absent for a visitor: somebody without credentials, who may do what needs none. */
  readonly caller?: Caller;
  /** Verifies the chunks of the body, where each has a signature of its own. */
  readonly chunkWatch?: ChunkWatch;
}

/** A request that has been let in to a surface. */
export interface AdmittedCall extends VerifiedCall {
  /** What the answer, and the record of what was done, call the request. */
  readonly requestId: string;
  /**
   * To be asked once it is clear which operation the request comes to, and before anything is done; `endpointNames` are
   * those that the request names. Raises `AccessDenied`.
   */
  readonly permit: (operation: string, endpointNames?: readonly string[]) => Promise<void>;
}
