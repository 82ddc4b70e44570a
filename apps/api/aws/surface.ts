import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AwsCall } from '../../../libs/wire/aws-request.js';

/**
 * One AWS service as Ebb answers for it. A surface reads the raw request, because AWS's services are told apart by
 * signature and headers rather than by routes, and because bodies of a gigabyte pass through some of them.
 */
export interface Surface {
  /** Answers the request whole, errors included, in the service's own protocol. */
  handle(request: IncomingMessage, response: ServerResponse, call: AwsCall): Promise<void>;
}
