import { once } from 'node:events';
import { type Server, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FrameworkReply } from './asked.js';
import { sendObject } from './send-object.js';

const CHUNK = Buffer.alloc(65_536);
const HEAD = { sizeBytes: 2 ** 30, etag: 'etag', modifiedAt: 0, metadata: {} };

let server: Server;
let body: AsyncIterable<Uint8Array>;
let sent: Promise<unknown>;

beforeEach(async () => {
  server = createServer((_request, raw) => {
    const reply = { raw, hijack: () => undefined, getHeaders: () => ({}) } as Partial<FrameworkReply>;
    sent = sendObject(reply as FrameworkReply, { ...HEAD, body }, 200).catch((error: unknown) => error);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

afterEach(() => server.close());

/** Requests the object, and waits for the first bytes of it. */
async function beginToRead() {
  const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  request.on('error', () => undefined);
  const [answer] = await once(request, 'response');
  answer.on('error', () => undefined);
  await once(answer, 'readable');
  return { request, answer };
}

test('a client that stops reading causes no failure, and ends the reading from storage', async () => {
  let isEnded = false;
  body = (async function* () {
    try {
      for (;;) yield CHUNK;
    } finally {
      isEnded = true;
    }
  })();
  const { request } = await beginToRead();
  request.destroy();
  expect(await sent).toBeUndefined();
  expect(isEnded).toBe(true);
});

test('reading from storage that breaks off is a failure, and the client can tell that its part is not the whole', async () => {
  body = (async function* () {
    yield CHUNK;
    throw new Error('The disk is gone.');
  })();
  const { answer } = await beginToRead();
  const closed = new Promise((resolve) => answer.once('close', resolve));
  answer.resume();
  expect(await sent).toMatchObject({ message: 'The disk is gone.' });
  await closed;
  expect(answer.complete).toBe(false);
});
