import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { streamedBody } from './streamed-body.js';

/** More than the buffers between client and server hold. */
const MUCH = Buffer.alloc(32 * 1_048_576);

const server = createServer((incoming, response) => {
  void (async () => {
    for await (const _ of streamedBody(incoming).stream) break;
    response.writeHead(413).end('too long');
  })();
});

afterEach(() => server.close());

test('a client that is refused while it sends can finish sending and then read the refusal', async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const sending = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', method: 'POST' });
  const sent = once(sending.end(MUCH), 'finish');
  const [answer] = await once(sending, 'response');
  await sent;
  expect([answer.statusCode, await text(answer)]).toEqual([413, 'too long']);
});
