import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { createFrontServer } from './front-server.js';

/** The times and paces that must pass are far from those that must not, because the machine may be busy. */
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

/** Returns everything that arrives until the other end closes the connection. */
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

/** Sends `beginning`, and then `more` every 50 ms until the connection closes. Returns the answer. */
async function trickling(socket: Socket, beginning: string, more: string): Promise<string> {
  socket.write(beginning);
  const answer = answerTo(socket);
  while (!socket.closed && socket.writable) {
    socket.write(more);
    await after(50);
  }
  return answer;
}

/** Sends a request as a browser does for a page of `site`. */
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
  it('is closed if the client sends nothing', async () => {
    const socket = open(await listen());
    expect(await answerTo(socket)).not.toContain('done');
  });

  it('is closed if the request head does not end', async () => {
    const socket = open(await listen());
    expect(await trickling(socket, 'GET / HTTP/1.1\r\nHost: ebb\r\nX-Slow: ', 'x')).toMatch(/^HTTP\/1.1 408 /);
  });

  it('is closed at once beyond the limit, and accepted again after another has ended', async () => {
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
  it('is refused if it is too long', async () => {
    const socket = open(await listen());
    socket.write(`GET / HTTP/1.1\r\nHost: ebb\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(await answerTo(socket)).toMatch(/^HTTP\/1.1 431 /);
  });

  it('is accepted with 200 headers, and refused with more', async () => {
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
  it('of another site cannot make a browser change anything', async () => {
    expect(await sendFrom('cross-site', 'POST')).toMatch(/^HTTP\/1.1 403 /);
    expect(await sendFrom('cross-site', 'DELETE')).toMatch(/^HTTP\/1.1 403 /);
  });

  it('of another site may link here, and one of this site may change things', async () => {
    expect(await sendFrom('cross-site', 'GET')).toMatch(/^HTTP\/1.1 200 /);
    expect(await sendFrom('same-origin', 'POST')).toMatch(/^HTTP\/1.1 200 /);
  });

  it('that has made its own name lead here is refused if no credentials are needed', async () => {
    expect(await askAsEvil(true)).toMatch(/^HTTP\/1.1 403 [^]*EBB_PUBLIC_URL/);
    expect(await askAsEvil(false)).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe.concurrent('a body', () => {
  it('is given up if it stops', async () => {
    const socket = open(await listen(readAll));
    socket.write(`${head(100_000)}${'x'.repeat(5_000)}`);
    expect(await answerTo(socket)).toMatch(/^HTTP\/1.1 408 /);
  });

  it('is given up if it trickles, with or without a length', async () => {
    const port = await listen(readAll);
    const chunked = 'PUT / HTTP/1.1\r\nHost: ebb\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(await trickling(open(port), head(100_000), 'x')).toMatch(/^HTTP\/1.1 408 /);
    expect(await trickling(open(port), chunked, '1\r\nx\r\n')).toMatch(/^HTTP\/1.1 408 /);
  });

  it('may take many stall times if it keeps its pace', async () => {
    const socket = open(await listen(readAll));
    expect(await trickling(socket, head(8_000), 'x'.repeat(200))).toMatch(/^HTTP\/1.1 200 .*done$/s);
  });

  it('is accepted if Ebb itself does not read it for a while', async () => {
    const length = 1_000_000;
    const port = await listen((request, response) => {
      setTimeout(() => readAll(request, response), 4 * STALL_MS);
    });
    const socket = open(port);
    socket.write(Buffer.concat([Buffer.from(head(length)), Buffer.alloc(length)]));
    expect(await answerTo(socket)).toMatch(/^HTTP\/1.1 200 .*done$/s);
  });

  it('is cut if it goes on after the refusal, even at full speed', async () => {
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

  it('is cut without a 408 if the answer has begun', async () => {
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
  it('may take Ebb longer than the stall time', async () => {
    const socket = open(
      await listen((_request, response) => void setTimeout(() => response.end('done'), 3 * STALL_MS)),
    );
    socket.write('GET / HTTP/1.1\r\nHost: ebb\r\nConnection: close\r\n\r\n');
    expect(await answerTo(socket)).toMatch(/^HTTP\/1.1 200 .*done$/s);
  });

  it('is given up if the client does not read it', async () => {
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

  it('goes on if the client reads it slowly', async () => {
    const length = 16 * 1024 * 1024;
    const socket = open(await listen((_request, response) => void response.end(Buffer.alloc(length))));
    socket.write('GET / HTTP/1.1\r\nHost: ebb\r\nConnection: close\r\n\r\n');
    let read = 0;
    // The reading takes two and a half stall times, in pauses much shorter than one.
    for await (const chunk of socket) {
      read += (chunk as Buffer).length;
      if (read % (1024 * 1024) < 65_536) await after(60);
    }
    expect(read).toBeGreaterThan(length);
  });
});
