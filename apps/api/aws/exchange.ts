import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request to an AWS service, with the response that answers it and the id that both bear. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
}
