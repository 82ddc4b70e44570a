import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import type { Delivery } from '../../core/delivery/delivery.js';
import { SystemClock } from '../clock/system.js';
import { WebhookNotifications, type WebhookOptions } from './webhook.js';

const SECRETS = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_bmV3ZXIgc2VjcmV0IG9mIHRoZSBzYW1lIGtleSE='];
const BODY = '{"type":"invocation.completed","data":{"text":"é"}}';
const LOOPBACK = ['127.0.0.0/8'];

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (let close = closing.pop(); close; close = closing.pop()) await close();
});

async function aReceiver(answer: (response: ServerResponse) => void = (response) => void response.end()) {
  const received: Received[] = [];
  const server: Server = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: await text(request) });
    answer(response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  const { port } = server.address() as AddressInfo;
  return { received, port, url: `http://127.0.0.1:${port}/hook?x=1` };
}

function webhooks(options: Partial<WebhookOptions> = {}): WebhookNotifications {
  const notifications = new WebhookNotifications(new SystemClock(), {
    allowed: LOOPBACK,
    secretsOf: async () => SECRETS,
    userAgent: 'Ebb/test',
    ...options,
  });
  closing.push(() => notifications.close());
  return notifications;
}

function callback(url: string): Delivery {
  return { id: 'cb_1', receiver: { kind: 'callback', url, keyId: 'EBBK' }, message: { body: BODY }, createdAt: 0 };
}

const toAddress =
  (...addresses: string[]): WebhookOptions['resolve'] =>
  (_hostname, done) =>
    done(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );

const toNothing: WebhookOptions['resolve'] = (_hostname, done) => {
  done(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []);
};

describe('a callback', () => {
  it('is one POST, signed with each secret of its access key', async () => {
    const { received, url } = await aReceiver();
    expect(await webhooks().deliver(callback(url))).toMatchObject({ kind: 'delivered' });
    expect(received).toHaveLength(1);
    const { headers, body } = received[0]!;
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': 'cb_1',
      'user-agent': 'Ebb/test',
    });
    expect(body).toBe(BODY);
    const verified = SECRETS.map((secret) => new Webhook(secret).verify(body, headers as Record<string, string>));
    expect(verified).toEqual([JSON.parse(BODY), JSON.parse(BODY)]);
    const stranger = new Webhook('whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldCBhbHRvZ2V0aGVy');
    expect(() => stranger.verify(body, headers as Record<string, string>)).toThrow('No matching signature found');
  });

  it('leaves its exchange on record, without the signature and with only the start of the answer', async () => {
    const { url } = await aReceiver((response) =>
      response.writeHead(200, { 'x-receiver': 'yes', 'set-cookie': 'a=b' }).end('x'.repeat(5_000)),
    );
    const { exchange } = await webhooks().deliver(callback(url));
    expect(exchange?.requestHeaders).toMatchObject({ 'webhook-id': 'cb_1', 'webhook-signature': 'v1,…' });
    expect(exchange?.response).toMatchObject({ status: 200, headers: { 'x-receiver': 'yes' }, body: 'x'.repeat(1024) });
    expect(exchange?.response?.headers).not.toHaveProperty('set-cookie');
  });

  it.each([400, 401, 404, 500, 503])('is tried again after %i', async (status) => {
    const { url } = await aReceiver((response) => response.writeHead(status).end());
    const result = await webhooks().deliver(callback(url));
    expect(result).toMatchObject({ kind: 'failed', reason: `The receiver answered ${status}` });
  });

  it('is given up after 410', async () => {
    const { url } = await aReceiver((response) => response.writeHead(410).end());
    expect(await webhooks().deliver(callback(url))).toMatchObject({ kind: 'undeliverable' });
  });

  it('waits as long as its receiver asks for', async () => {
    const { url } = await aReceiver((response) => response.writeHead(429, { 'retry-after': '120' }).end());
    expect(await webhooks().deliver(callback(url))).toMatchObject({ kind: 'failed', retryAfterMs: 120_000 });
  });

  it('does not follow redirects', async () => {
    const inner = await aReceiver();
    const outer = await aReceiver((response) => response.writeHead(302, { location: inner.url }).end());
    const result = await webhooks().deliver(callback(outer.url));
    expect(result).toMatchObject({
      kind: 'failed',
      reason: 'The receiver answered 302, and redirects are not followed',
    });
    expect(inner.received).toEqual([]);
  });

  it('fails for now when its receiver does not answer in time', async () => {
    const { url } = await aReceiver(() => undefined);
    const result = await webhooks({ attemptLimitMs: 200 }).deliver(callback(url));
    expect(result).toMatchObject({ kind: 'failed', reason: 'The receiver did not answer within 0.2 s' });
  });

  it('is delivered once the status has arrived, even if the rest of the answer never does', async () => {
    const { url } = await aReceiver((response) => void response.writeHead(200).write('begun'));
    const result = await webhooks({ attemptLimitMs: 200 }).deliver(callback(url));
    expect(result).toMatchObject({ kind: 'delivered', exchange: { response: { status: 200, body: 'begun' } } });
  });

  it('stops reading an endless answer', async () => {
    let sent = 0;
    const { url } = await aReceiver((response) => {
      response.writeHead(200);
      const pump = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384))) sent += 16_384;
        if (!response.destroyed) response.once('drain', pump);
      };
      pump();
    });
    expect(await webhooks().deliver(callback(url))).toMatchObject({ kind: 'delivered' });
    expect(sent).toBeLessThan(20_000_000);
  });

  it('fails with a reason if its receiver cannot be reached or its name cannot be looked up', async () => {
    const { url, port } = await aReceiver();
    await closing.pop()!();
    const result = await webhooks().deliver(callback(url));
    expect(result.kind === 'failed' ? result.reason : '').toContain(`ECONNREFUSED 127.0.0.1:${port}`);
    const nameless = await webhooks({ resolve: toNothing }).deliver(callback('http://nowhere.example/'));
    expect(nameless).toMatchObject({ reason: "The receiver's name could not be looked up: ENOTFOUND" });
  });
});

describe('the guard', () => {
  it('refuses a private address, however it is written, and a name that resolves to one', async () => {
    const { received, port } = await aReceiver();
    const guarded = webhooks({ allowed: [], resolve: toAddress('127.0.0.1') });
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '[::ffff:127.0.0.1]',
      'hooks.example',
    ]) {
      const result = await guarded.deliver(callback(`http://${host}:${port}/`));
      expect(result.kind === 'failed' ? result.reason : host).toMatch(/is not public/);
    }
    expect(received).toEqual([]);
  });

  it('checks the address that it connects to, so DNS rebinding does not get through', async () => {
    const { received, port } = await aReceiver();
    let looks = 0;
    const rebinding: WebhookOptions['resolve'] = (_hostname, done) => {
      looks += 1;
      done(null, [{ address: looks === 1 ? '127.0.0.2' : '127.0.0.1', family: 4 }]);
    };
    const guarded = webhooks({ allowed: ['127.0.0.2'], resolve: rebinding });
    const first = await guarded.deliver(callback(`http://hooks.example:${port}/`));
    expect(first.kind === 'failed' ? first.reason : '').toContain('127.0.0.2');
    const second = await guarded.deliver(callback(`http://hooks.example:${port}/`));
    expect(second.kind === 'failed' ? second.reason : '').toMatch(/127\.0\.0\.1 is not public/);
    expect(received).toEqual([]);
  });

  it('looks a name up for each connection, and does not reuse a connection made for another name', async () => {
    const { received, port } = await aReceiver();
    const names: string[] = [];
    const resolve: WebhookOptions['resolve'] = (hostname, done) => {
      names.push(hostname);
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    const guarded = webhooks({ resolve });
    for (const host of ['one.example', 'two.example']) await guarded.deliver(callback(`http://${host}:${port}/`));
    expect(names).toEqual(['one.example', 'two.example']);
    expect(received).toHaveLength(2);
  });
});

describe('a callback URL', () => {
  it.each(['https://hooks.example/a?b=c', 'http://8.8.8.8:8080/'])('such as %s is accepted', (url) => {
    expect(() => webhooks({ allowed: [] }).checkCallbackUrl(url)).not.toThrow();
  });

  it.each([
    ['ftp://hooks.example/', 'must be an http or https URL'],
    ['hooks', 'must be an http or https URL'],
    ['https://user:secret@hooks.example/', 'must not hold credentials'],
    ['https://hooks.example/#part', 'must not hold a fragment'],
    [`https://hooks.example/${'x'.repeat(2048)}`, 'must have at most 2048 characters'],
    ['http://10.0.0.1/', 'The address 10.0.0.1 is not public'],
    ['http://[::1]/', 'The address ::1 is not public'],
    ['http://0x0a000001/', 'The address 10.0.0.1 is not public'],
  ])('such as %s is refused: %s', (url, rule) => {
    expect(() => webhooks({ allowed: [] }).checkCallbackUrl(url)).toThrow(rule);
  });
});
