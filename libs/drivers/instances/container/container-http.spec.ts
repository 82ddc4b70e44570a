import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContainerRequest } from '../../../core/ports/instances.js';
import { ContainerHttp } from './container-http.js';

const request: ContainerRequest = { body: Buffer.from('x'), sizeBytes: 1, inferenceId: 'inference-1' };

const ENDLESS = 'HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbegin';

let server: Server;
let http: ContainerHttp;
let connections: number;
/** Resolves the waiting and future calls of `nextRequest` in turn. */
let requests: PromiseWithResolvers<Socket>[];
let seen: number;
let asked: number;

/** Starts a container whose bytes the test writes. */
beforeEach(async () => {
  connections = 0;
  seen = 0;
  asked = 0;
  requests = Array.from({ length: 10 }, () => Promise.withResolvers<Socket>());
  server = createServer((socket) => {
    connections += 1;
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      text += String(chunk);
      if (!text.endsWith('\r\n\r\nx')) return;
      text = '';
      requests[seen++]!.resolve(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  http = new ContainerHttp(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, async () => false);
});

afterEach(async () => {
  await http.close();
  server.close();
});

/** Returns the connection of the next request. */
function nextRequest(): Promise<Socket> {
  return requests[asked++]!.promise;
}

async function answerNext(text: string): Promise<Socket> {
  const socket = await nextRequest();
  socket.write(text);
  return socket;
}

describe("a container's HTTP side", () => {
  it('counts the bytes of headers as the container sent them', async () => {
    const response = http.invoke(request);
    await answerNext('HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nX: 1\r\nContent-Length: 0\r\n\r\n');
    expect(await response).toMatchObject({ headerBytes: 'Content-Type: a/b\r\nX: 1\r\nContent-Length: 0\r\n'.length });
  });

  it('reuses its connections', async () => {
    for (let round = 0; round < 8; round += 1) {
      const response = http.invoke(request);
      await answerNext('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      expect(Buffer.from((await response).body as Uint8Array).toString()).toBe('ok');
    }
    // Two rather than one, because a connection rests for a turn of the event loop after its answer.
    expect(connections).toBeLessThanOrEqual(2);
  });

  it('ignores interim responses and waits for the final one', async () => {
    const response = http.invoke(request);
    const text = 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    await answerNext(text);
    expect(await response).toMatchObject({ status: 200, sizeBytes: 2 });
  });

  it('reads a response without content as an empty body', async () => {
    const response = http.invoke(request);
    await answerNext('HTTP/1.1 204 No Content\r\n\r\n');
    expect(await response).toMatchObject({ status: 204, sizeBytes: 0, body: new Uint8Array(0) });
  });

  it('distinguishes an answer that is not HTTP from no answer', async () => {
    const response = http.invoke(request);
    await answerNext('SSH-2.0-OpenSSH\r\n\r\n');
    const error = await response.catch((raised: unknown) => raised);
    expect(error).toMatchObject({ message: expect.stringContaining('HTTP') });
    expect(error).not.toHaveProperty('code', 'InstanceUnavailable');
  });

  it('sends a request only once, even if a reused connection closes', async () => {
    const first = http.invoke(request);
    await answerNext('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    await first;
    const second = http.invoke(request);
    void nextRequest().then((socket) => socket.destroy());
    await expect(second).rejects.toMatchObject({ code: 'InstanceUnavailable' });
    expect(seen).toBe(2);
  });

  it('closes the connection of an invocation that is aborted', async () => {
    const stop = new AbortController();
    const stopped = new Error('stopped');
    const response = http.invoke(request, stop.signal);
    const socket = await nextRequest();
    stop.abort(stopped);
    await expect(response).rejects.toBe(stopped);
    await once(socket, 'close');
  });

  it('closes the connection of an invocation that is aborted while its response arrives', async () => {
    const stop = new AbortController();
    const stopped = new Error('stopped');
    const response = http.invoke(request, stop.signal);
    const socket = await answerNext(ENDLESS);
    const body = ((await response).body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    expect(String((await body.next()).value)).toBe('begin');
    stop.abort(stopped);
    await expect(body.next()).rejects.toBe(stopped);
    await once(socket, 'close');
  });

  it('closes the connection of an invocation whose reader stops', async () => {
    const response = http.invoke(request);
    const socket = await answerNext(ENDLESS);
    const body = ((await response).body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    await body.return!();
    expect(await body.next()).toMatchObject({ done: true });
    await once(socket, 'close');
  });

  it('leaves no listener on a signal that outlives the invocation', async () => {
    const stop = new AbortController();
    const listeners = new Set<unknown>();
    stop.signal.addEventListener = (_type: string, listener: unknown) => void listeners.add(listener);
    stop.signal.removeEventListener = (_type: string, listener: unknown) => void listeners.delete(listener);
    const response = http.invoke(request, stop.signal);
    await answerNext('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    await response;
    expect(listeners.size).toBe(0);
  });

  it('makes the container wait while the response is not read', async () => {
    const response = http.invoke(request);
    const socket = await answerNext('HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n');
    const { body } = await response;
    const piece = Buffer.alloc(1_000_000);
    let sent = 0;
    // Buffers of the loopback device hold a few megabytes; then a write has to wait.
    while (sent < 100 && socket.write(piece)) sent += 1;
    expect(sent).toBeLessThan(100);
    await (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]().return!();
  });

  it('releases an input that it did not begin to read', async () => {
    server.close();
    let released = false;
    const body: AsyncIterableIterator<Uint8Array> = {
      [Symbol.asyncIterator]: () => body,
      next: () => Promise.resolve({ done: true, value: undefined }),
      return: () => {
        released = true;
        return Promise.resolve({ done: true, value: undefined });
      },
    };
    await expect(http.invoke({ ...request, body })).rejects.toMatchObject({ code: 'InstanceUnavailable' });
    expect(released).toBe(true);
  });
});
