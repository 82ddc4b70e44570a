import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { CAN_MAKE_CERTIFICATES, makeCertificate } from '../../../test/support/certificates.js';
import type { DeliveryResult } from '../../core/delivery/delivery-attempt.js';
import { SystemClock } from '../clock/system.js';
import { WebhookNotifications } from './webhook.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (let close = closing.pop(); close; close = closing.pop()) await close();
});

/** Starts a server of any protocol on a free port. */
async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Starts a receiver that runs `act` on each connection when the request arrives. */
function startReceiver(act: (socket: Socket) => void): Promise<number> {
  return listen(
    createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => act(socket));
    }),
  );
}

async function deliver(url: string, attemptLimitMs = 5_000): Promise<DeliveryResult> {
  const callbacks = new WebhookNotifications(new SystemClock(), {
    allowed: ['127.0.0.1'],
    secretsOf: async () => [SECRET],
    userAgent: 'Ebb/test',
    attemptLimitMs,
  });
  closing.push(() => callbacks.close());
  const receiver = { kind: 'callback', url } as const;
  return callbacks.deliver({ id: 'cb_1', receiver, message: { body: '{}' }, createdAt: 0 });
}

/** Matches a failed attempt with this reason, which is tried again. */
function failed(reason: RegExp): object {
  return expect.objectContaining({ kind: 'failed', reason: expect.stringMatching(reason) as string }) as object;
}

describe('a callback is tried again, with a reason, if its receiver', () => {
  it('sends its answer byte by byte without an end', async () => {
    const port = await startReceiver((socket) => {
      const drip = setInterval(() => socket.write('H'), 5);
      socket.write('HTTP/1.1 200 OK\r\nx-drip: ');
      socket.on('close', () => clearInterval(drip));
    });
    expect(await deliver(`http://127.0.0.1:${port}/`, 200)).toEqual(failed(/did not answer within 0\.2 s/));
  });

  it('answers with an endless header', async () => {
    const port = await startReceiver((socket) => socket.write(`HTTP/1.1 200 OK\r\nx-long: ${'x'.repeat(20_000)}`));
    expect(await deliver(`http://127.0.0.1:${port}/`)).toEqual(failed(/could not be reached: .*overflow/i));
  });

  it('does not speak HTTP', async () => {
    const port = await startReceiver((socket) => socket.end('220 mail.example ESMTP\r\n'));
    expect(await deliver(`http://127.0.0.1:${port}/`)).toEqual(failed(/could not be reached: .*Expected HTTP/));
  });

  it('closes the connection without an answer', async () => {
    const port = await startReceiver((socket) => socket.end());
    expect(await deliver(`http://127.0.0.1:${port}/`)).toEqual(failed(/could not be reached: other side closed/));
  });

  it('does not speak TLS on an https URL', async () => {
    const port = await startReceiver((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    expect(await deliver(`https://127.0.0.1:${port}/`)).toEqual(failed(/could not be reached: .*SSL/));
  });

  it.skipIf(!CAN_MAKE_CERTIFICATES)('shows an untrusted certificate, in which case it is sent nothing', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ebb-receiver-'));
    closing.push(() => rmSync(directory, { recursive: true }));
    const { keyFile, pem } = makeCertificate(directory, 'hooks.test');
    let bytes = 0;
    const server = createTlsServer({ key: await readFile(keyFile), cert: pem }, (socket) => {
      socket.on('data', (chunk) => (bytes += chunk.length)).on('error', () => undefined);
    });
    const port = await listen(server);
    expect(await deliver(`https://127.0.0.1:${port}/`)).toEqual(
      failed(/could not be reached: self-signed certificate/),
    );
    expect(bytes).toBe(0);
  });
});
