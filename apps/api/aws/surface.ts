import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AwsCall } from '../../../libs/wire/aws/aws-request.js';
import type { AdmittedCall } from './admitted-call.js';

/**
 * One AWS service as Ebb answers for it. A surface reads the raw request, because AWS's services are told apart by
 * signature and headers rather than by routes. Bodies of a gigabyte pass through some of them.
 */
export interface Surface {
  /** Answers the whole request, errors included, in the service's own protocol. */
  handle(request: IncomingMessage, response: ServerResponse, call: AdmittedCall): Promise<void>;

  /** Answers a request that was not admitted, in the service's own protocol. */
  refuse(request: IncomingMessage, response: ServerResponse, call: AwsCall, error: unknown): Promise<void>;
}
