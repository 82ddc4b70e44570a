import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCalls } from './child.js';

/** The answer that the bare server gives to everything. */
export interface BareAnswer {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** What `node:http` itself costs: a server that answers as Ebb does and does no work for it. */
async function listen({ status, headers, body }: BareAnswer): Promise<number> {
  const server = createServer({ keepAliveTimeout: 75_000 }, (_request, response) => {
    response.writeHead(status, [...headers]);
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

answerCalls({ listen });
