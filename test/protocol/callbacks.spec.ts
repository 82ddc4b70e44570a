import type { ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { type HttpReceiver, type ReceivedPost, startHttpReceiver } from '../support/http-receiver.js';
import { type SubmitAnswer, SubmitScene } from '../support/submit-scene.js';

interface KnownDelivery {
  readonly id: string;
  readonly state: string;
  readonly nextAttemptAt?: string;
  readonly attempts: readonly { readonly at: string; readonly outcome: string; readonly reason?: string }[];
}

let scene: SubmitScene;
let secret: string;

beforeAll(async () => {
  scene = await SubmitScene.start();
  await scene.deploy('echo', { minInstances: 1 });
  await scene.deploy('still');
  await scene.holdBack('still');
  secret = await rotate(0);
});
afterAll(() => scene?.[Symbol.asyncDispose]());

async function rotate(graceSeconds: number): Promise<string> {
  const path = 'keys/anonymous:rotate-webhook-secret';
  const { body } = await scene.rest.post<{ webhookSecret: string }>(path, { graceSeconds });
  return body.webhookSecret;
}

/** Submits an invocation with a callback to the receiver. */
async function submit(
  to: HttpReceiver,
  input: string | Buffer = 'hello',
  headers: Record<string, string> = {},
): Promise<SubmitAnswer> {
  const { body } = await scene.submit(
    'echo',
    { 'content-type': 'text/plain', ...headers, 'callback-url': to.url },
    input,
  );
  return body;
}

const tellsOf =
  ({ id }: { readonly id: string }) =>
  ({ headers }: ReceivedPost): boolean =>
    headers['webhook-id'] === `cb_${id}`;

/** Returns the content of a post; raises unless it is signed with the secret. */
function verified({ body, headers }: ReceivedPost, by = secret): unknown {
  return new Webhook(by).verify(body, headers as Record<string, string>);
}

/** Returns the one delivery of an invocation, once it meets the condition. */
function delivery({ id }: SubmitAnswer, isWanted: (known: KnownDelivery) => boolean): Promise<KnownDelivery> {
  return eventually('the delivery is on record', async () => {
    const { body } = await scene.rest.get<{ items: KnownDelivery[] }>(`invocations/${id}/deliveries`);
    return body.items.find(isWanted);
  });
}

const hasFailed = ({ attempts, state }: KnownDelivery): boolean => state === 'waiting' && attempts.length > 0;
const isDone = ({ state }: KnownDelivery): boolean => state !== 'waiting';

function answering(status: number, headers: Record<string, string> = {}) {
  return (response: ServerResponse): void => void response.writeHead(status, headers).end('what it says');
}

describe('a callback', () => {
  it('contains a short output as text, and its location', async () => {
    await using receiver = await startHttpReceiver();
    const accepted = await submit(receiver, 'größer', { labels: 'team=search', 'inference-id': 'mine' });
    const told = verified(await receiver.next(tellsOf(accepted))) as { data: { outputUrl: string } };
    expect(told).toMatchObject({
      type: 'invocation.completed',
      data: {
        id: accepted.id,
        inferenceId: 'mine',
        endpointName: 'echo',
        state: 'Completed',
        labels: { team: 'search' },
        outputLocation: accepted['outputLocation'],
        output: { contentType: 'text/plain', encoding: 'utf-8', content: 'größer' },
      },
    });
    expect(await (await fetch(told.data.outputUrl)).text()).toBe('größer');
  });

  it('contains binary output as base64', async () => {
    await using receiver = await startHttpReceiver();
    const accepted = await submit(receiver, Buffer.from([0xff, 0xfe, 0x00]));
    const told = verified(await receiver.next(tellsOf(accepted)));
    expect(told).toMatchObject({ data: { output: { encoding: 'base64', content: '//4A' } } });
  });

  it('contains only the location of a long output', async () => {
    await using receiver = await startHttpReceiver();
    const accepted = await submit(receiver, 'x'.repeat(128 * 1024 + 1));
    const { data } = verified(await receiver.next(tellsOf(accepted))) as { data: Record<string, string> };
    expect(data).not.toHaveProperty('output');
    expect(await (await fetch(data['outputUrl']!)).text()).toHaveLength(128 * 1024 + 1);
  });

  it('contains the reason of a failure', async () => {
    await using receiver = await startHttpReceiver();
    const accepted = await submit(receiver, 'x', { 'custom-attributes': 'status=400' });
    expect(verified(await receiver.next(tellsOf(accepted)))).toMatchObject({
      type: 'invocation.failed',
      data: { state: 'Failed', errorClass: 'model-error', failureReason: expect.stringContaining('400') as string },
    });
  });

  it('reports a cancellation once', async () => {
    await using receiver = await startHttpReceiver();
    const { body: accepted } = await scene.submit('still', { 'callback-url': receiver.url }, 'x');
    await Promise.all(['a', 'b'].map(() => scene.rest.delete(`invocations/${accepted.id}`)));
    expect(verified(await receiver.next(tellsOf(accepted)))).toMatchObject({ type: 'invocation.cancelled' });
    await delivery(accepted, isDone);
    expect(receiver.received).toHaveLength(1);
  });

  it('is signed with both secrets during a rotation, and with only the new one afterwards', async () => {
    await using receiver = await startHttpReceiver();
    const old = secret;
    secret = await rotate(3600);
    const during = await receiver.next(tellsOf(await submit(receiver)));
    expect(verified(during, old)).toEqual(verified(during));
    secret = await rotate(0);
    const after = await receiver.next(tellsOf(await submit(receiver)));
    expect(verified(after)).toMatchObject({ type: 'invocation.completed' });
    expect(() => verified(after, old)).toThrow('No matching signature found');
  });
});

describe('a receiver', () => {
  it('that fails gets the callback again under the same id, and the record shows the exchange without the signature', async () => {
    await using receiver = await startHttpReceiver((response, index) => answering(index === 0 ? 503 : 200)(response));
    const accepted = await submit(receiver);
    const known = await delivery(accepted, isDone);
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual(Array(2).fill(`cb_${accepted.id}`));
    expect(receiver.received.map((post) => verified(post))).toHaveLength(2);
    expect(known).toMatchObject({
      state: 'delivered',
      attempts: [
        {
          outcome: 'failed',
          requestHeaders: { 'webhook-id': known.id, 'webhook-signature': 'v1,…' },
          response: { status: 503, body: 'what it says' },
        },
        { outcome: 'delivered', response: { status: 200 } },
      ],
    });
    for (const { headers } of receiver.received) {
      expect(JSON.stringify(known)).not.toContain(headers['webhook-signature']);
    }
  });

  it('cannot redirect a callback', async () => {
    await using inner = await startHttpReceiver();
    await using outer = await startHttpReceiver(answering(307, { location: inner.url }));
    const known = await delivery(await submit(outer), hasFailed);
    expect(known.attempts[0]).toMatchObject({ reason: 'The receiver answered 307, and redirects are not followed' });
    expect(inner.received).toEqual([]);
  });

  it('that asks for a delay gets it, up to an hour', async () => {
    await using receiver = await startHttpReceiver(answering(429, { 'retry-after': '86400' }));
    const { attempts, nextAttemptAt } = await delivery(await submit(receiver), hasFailed);
    const waitMs = Date.parse(nextAttemptAt!) - Date.parse(attempts[0]!.at);
    expect(waitMs).toBeGreaterThanOrEqual(3_600_000);
    expect(waitMs).toBeLessThan(3_660_000);
  });

  it('that is gone is given up, and gets the callback under the same id on request', async () => {
    await using receiver = await startHttpReceiver((response, index) => answering(index === 0 ? 410 : 200)(response));
    const accepted = await submit(receiver);
    const { id, state } = await delivery(accepted, isDone);
    expect(state).toBe('given-up');
    expect((await scene.rest.post(`deliveries/${id}:redeliver`)).status).toBe(202);
    const { attempts } = await delivery(accepted, (known) => known.state === 'delivered');
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['undeliverable', 'delivered']);
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
  });

  it('that hangs does not delay other receivers', async () => {
    await using hanging = await startHttpReceiver(() => undefined);
    await using quick = await startHttpReceiver();
    for (let count = 0; count < 20; count += 1) await submit(hanging);
    await eventually('it hangs as often as it may', () => hanging.received.length === 8);
    const accepted = await submit(quick);
    expect(verified(await quick.next(tellsOf(accepted)))).toMatchObject({ type: 'invocation.completed' });
    expect(hanging.received).toHaveLength(8);
  });
});

describe('the list of deliveries', () => {
  it('is ordered from newest to oldest, page by page, and filtered by state', async () => {
    await using receiver = await startHttpReceiver();
    for (const input of ['first', 'second']) await delivery(await submit(receiver, input), isDone);
    const query = 'deliveries?state=delivered&limit=1';
    type Page = { items: KnownDelivery[]; nextCursor: string };
    const { body: one } = await scene.rest.get<Page>(query);
    const { body: two } = await scene.rest.get<Page>(`${query}&cursor=${one.nextCursor}`);
    const heard = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect([...one.items, ...two.items].map(({ id }) => id)).toEqual(heard.toReversed());
    expect((await scene.rest.get(`deliveries/${heard[0]}`)).body).toMatchObject({ kind: 'callback', failures: 0 });
  });

  it('does not contain missing deliveries', async () => {
    const answers = [await scene.rest.get('deliveries/cb_none'), await scene.rest.post('deliveries/cb_none:redeliver')];
    for (const { body, status } of answers) {
      expect([status, body]).toEqual([404, expect.objectContaining({ code: 'DeliveryNotFound' })]);
    }
  });
});
