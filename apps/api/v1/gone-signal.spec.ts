import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CallerGone } from './caller-gone.js';
import { goneSignal } from './gone-signal.js';

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly gone: AbortSignal;
}

let server: Server;
let exchanges: Exchange[];
let client: Socket;

beforeEach(async () => {
  exchanges = [];
  server = createServer((request, response) => {
    exchanges.push({ request, response, gone: goneSignal(request, response) });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
});

afterEach(() => {
  client.destroy();
  server.close();
});

/** Sends requests as a pipelining client does: without waiting for one answer before the next request. */
async function askAtOnce(count: number): Promise<void> {
  client.write('GET / HTTP/1.1\r\nHost: ebb\r\n\r\n'.repeat(count));
  await expect.poll(() => exchanges.length).toBe(count);
}

test('a caller that leaves is gone, also for answers that wait behind others', async () => {
  const warned = vi.spyOn(process, 'emitWarning');
  await askAtOnce(20);
  client.destroy();
  await expect.poll(() => exchanges.filter(({ gone }) => gone.aborted).length).toBe(20);
  expect(exchanges[19]!.gone.reason).toBeInstanceOf(CallerGone);
  expect(warned).not.toHaveBeenCalled();
});

test('a caller that has the whole answer is not gone, and no listener stays on the connection', async () => {
  await askAtOnce(1);
  const [{ request, response, gone }] = exchanges as [Exchange];
  const listeners = request.socket.listenerCount('close');
  response.end('done');
  await once(response, 'close');
  exchanges = [];
  await askAtOnce(1);
  expect(request.socket.listenerCount('close')).toBe(listeners);
  exchanges[0]!.response.end('and again');
  client.end();
  expect(await text(client)).toContain('done');
  expect(gone.aborted).toBe(false);
});

test('a caller that left before is gone at once', async () => {
  await askAtOnce(1);
  const [{ request, response }] = exchanges as [Exchange];
  client.destroy();
  await once(request.socket, 'close');
  expect(goneSignal(request, response).aborted).toBe(true);
});
