import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request to an AWS service, the response that answers it, and the request id. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
}
