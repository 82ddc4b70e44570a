import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { createFrontServer } from './front-server.js';

/** What must pass is far from what must not, as the machine may be busy. */
const STALL_MS = 400;
const LIMITS = { maxConnections: 3, headersTimeoutMs: 300, minBodyBytesPerSecond: 1_000, stallMs: STALL_MS };

const opened: Server[] = [];
const sockets: Socket[] = [];

afterAll(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of opened) {
    server.closeAllConnections();
    server.close();
  }
});

const answerDone: RequestListener = (_request, response) => response.end('done');

async function listen(native: RequestListener = answerDone, isOpen = true): Promise<number> {
  const server = createFrontServer({ door: () => undefined, native, limits: LIMITS, isOpen });
  opened.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

function open(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  return socket;
}

/** Everything that comes until the other end closes the connection. */
async function answerTo(socket: Socket): Promise<string> {
  return text(socket).catch(() => '');
}

const readAll: RequestListener = (request, response) => {
  request.resume();
  request.once('end', () => response.end('done'));
  request.once('error', () => undefined);
};

const head = (length: number): string =>
  `PUT / HTTP/1.1\r\nHost: ebb\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`;

/** Sends a beginning, and then a little more every 50 ms for as long as there is somebody to send it to. */
async function trickling(socket: Socket, beginning: string, more: string): Promise<string> {
  socket.write(beginning);
  const answer = answerTo(socket);
  while (!socket.closed && socket.writable) {
    socket.write(more);
    await after(50);
  }
  return answer;
}

/** As a browser sends what a page of `site` makes it send. */
async function sendFrom(site: string, method: string): Promise<string> {
  const socket = open(await listen());
  socket.write(`${method} / HTTP/1.1\r\nHost: ebb\r\nConnection: close\r\nSec-Fetch-Site: ${site}\r\n\r\n`);
  return answerTo(socket);
}

async function askAsEvil(isOpen: boolean): Promise<string> {
  const socket = open(await listen(answerDone, isOpen));
  socket.write('GET / HTTP/1.1\r\nHost: evil.test\r\nUser-Agent: Mozilla/5.0\r\nConnection: close\r\n\r\n');
  return answerTo(socket);
}

describe.concurrent('a connection', () => {
  it('that says nothing is cut', async () => {
    const socket = open(await listen());
    expect(await answerTo(socket)).not.toContain('done');
  });

  it('whose head does not come to an end is cut', async () => {
    const socket = open(await listen());
    expect(await trickling(socket, 'GET / HTTP/1.1\r\nHost: ebb\r\nX-Slow: ', 'x')).toMatch(/^HTTP\/1.1 408 /);
  });

  it('beyond as many as there may be is closed at once, and welcome when another has gone', async () => {
    const held: (() => void)[] = [];
    const port = await listen((request, response) => {
      if (request.url === '/held') held.push(() => response.end('done'));
      else response.end('done');
    });
    const ask = async (path: string): Promise<string> => {
      const socket = open(port);
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ebb\r\nConnection: close\r\n\r\n`);
      return answerTo(socket);
    };
    const answers = Promise.all(Array.from({ length: LIMITS.maxConnections }, () => ask('/held')));
    await expect.poll(() => held.length).toBe(LIMITS.maxConnections);
    expect(await ask('/')).toBe('');
    for (const release of held) release();
    expect((await answers).every((answer) => answer.endsWith('done'))).toBe(true);
    await expect.poll(() => ask('/')).toMatch(/done$/);
  });
});

describe.concurrent('a head', () => {
  it('that is too long is refused', async () => {
    const socket = open(await listen());
    socket.write(`GET / HTTP/1.1\r\nHost: ebb\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(await answerTo(socket)).toMatch(/^HTTP\/1.1 431 /);
  });

  it('of too many headers is refused, and that of as many as there may be is not', async () => {
    const port = await listen();
    const send = async (count: number): Promise<string> => {
      const socket = open(port);
      const own = ['Host: ebb', 'Connection: close'];
      const headers = [...own, ...Array.from({ length: count - own.length }, (_, n) => `X-${n}: y`)];
      socket.write(`GET / HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
      return answerTo(socket);
    };
    expect(await send(200)).toMatch(/^HTTP\/1.1 200 /);
    expect(await send(201)).toMatch(/^HTTP\/1.1 431 /);
    expect(await send(1_000)).toMatch(/^HTTP\/1.1 431 /);
  });
});

describe.concurrent('a web page', () => {
  it('of another site makes no browser change anything', async () => {
    expect(await sendFrom('cross-site', 'POST')).toMatch(/^HTTP\/1.1 403 /);
    expect(await sendFrom('cross-site', 'DELETE')).toMatch(/^HTTP\/1.1 403 /);
  });

  it('may lead here, and do what it likes if it is of this site', async () => {
    expect(await sendFrom('cross-site', 'GET')).toMatch(/^HTTP\/1.1 200 /);
    expect(await sendFrom('same-origin', 'POST')).toMatch(/^HTTP\/1.1 200 /);
  });

  it('that has made its own name lead here reads nothing, where it would need no credentials', async () => {
    expect(await askAsEvil(true)).toMatch(/^HTTP\/1.1 403 [^]*EBB_PUBLIC_URL/);
    expect(await askAsEvil(false)).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe.concurrent('a body', () => {
  it('that stops is given up', async () => {
    const socket = open(await listen(readAll));
    socket.write(`${head(100_000)}${'x'.repeat(5_000)}`);
    expect(await answerTo(socket)).toMatch(/^HTTP\/1.1 408 /);
  });

  it('that trickles is given up, whether it has a length or not', async () => {
    const port = await listen(readAll);
    const chunked = 'PUT / HTTP/1.1\r\nHost: ebb\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(await trickling(open(port), head(100_000), 'x')).toMatch(/^HTTP\/1.1 408 /);
    expect(await trickling(open(port), chunked, '1\r\nx\r\n')).toMatch(/^HTTP\/1.1 408 /);
  });

  it('may take many times as long as it may stall, as long as it goes on', async () => {
    const socket = open(await listen(readAll));
    expect(await trickling(socket, head(8_000), 'x'.repeat(200))).toMatch(/^HTTP\/1.1 200 .*done$/s);
  });

  it('that Ebb does not read for a while is nobody\u2019s fault', async () => {
    const length = 1_000_000;
    const port = await listen((request, response) => {
      setTimeout(() => readAll(request, response), 4 * STALL_MS);
    });
    const socket = open(port);
    socket.write(Buffer.concat([Buffer.from(head(length)), Buffer.alloc(length)]));
    expect(await answerTo(socket)).toMatch(/^HTTP\/1.1 200 .*done$/s);
  });

  it('that goes on after it was refused is cut, however fast it comes', async () => {
    const port = await listen((request, response) => {
      request.resume().once('error', () => undefined);
      response.writeHead(413).end();
    });
    const socket = open(port);
    const closed = once(socket, 'close');
    socket.resume();
    socket.write(head(1e12));
    while (!socket.closed && socket.writable) {
      socket.write(Buffer.alloc(100_000));
      await after(20);
    }
    await closed;
    expect(socket.bytesWritten).toBeLessThan(20_000_000);
  });

  it('is cut without a word where the answer has begun', async () => {
    const port = await listen((request, response) => {
      request.resume().once('error', () => undefined);
      response.writeHead(202, { 'content-length': 10 }).flushHeaders();
    });
    const socket = open(port);
    socket.write(head(100_000));
    expect(await answerTo(socket)).not.toContain('408');
  });
});

describe.concurrent('an answer', () => {
  it('that takes Ebb long is waited for', async () => {
    const socket = open(
      await listen((_request, response) => void setTimeout(() => response.end('done'), 3 * STALL_MS)),
    );
    socket.write('GET / HTTP/1.1\r\nHost: ebb\r\nConnection: close\r\n\r\n');
    expect(await answerTo(socket)).toMatch(/^HTTP\/1.1 200 .*done$/s);
  });

  it('that nobody reads is given up', async () => {
    const closed = Promise.withResolvers<boolean>();
    const port = await listen((_request, response) => {
      response.once('close', () => closed.resolve(response.writableFinished));
      response.end(Buffer.alloc(64 * 1024 * 1024));
    });
    const socket = open(port);
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: ebb\r\n\r\n');
    expect(await closed.promise).toBe(false);
  });

  it('that is read slowly goes on', async () => {
    const length = 16 * 1024 * 1024;
    const socket = open(await listen((_request, response) => void response.end(Buffer.alloc(length))));
    socket.write('GET / HTTP/1.1\r\nHost: ebb\r\nConnection: close\r\n\r\n');
    let read = 0;
    // Two and a half stalls long, in steps that are much shorter than one.
    for await (const chunk of socket) {
      read += (chunk as Buffer).length;
      if (read % (1024 * 1024) < 65_536) await after(60);
    }
    expect(read).toBeGreaterThan(length);
  });
});
