import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../../../libs/core/access/caller.js';
import { SystemClock } from '../../../../libs/drivers/clock/system.js';
import { InProcessSignals } from '../../../../libs/drivers/signals/in-process.js';
import { createAccessKey } from '../../../../libs/engine/access/create-access-key.js';
import type { AccessMode } from '../../../../libs/engine/access/authenticate.js';
import { rotateAccessKey } from '../../../../libs/engine/access/rotate-access-key.js';
import { classify } from '../../../../libs/wire/aws/aws-request.js';
import { SignatureError } from '../../../../libs/wire/signature/signature-flaw.js';
import { MemoryCatalog } from '../../../../test/support/memory-catalog.js';
import { MemorySecrets } from '../../../../test/support/memory-secrets.js';
import { openVerifier } from '../../../../test/support/open-gate.js';
import { type Signer, presign, signHeaders } from '../../../../test/support/sign-request.js';
import type { ReadRequest } from '../../read-body.js';
import type { VerifiedCall } from '../admitted-call.js';
import type { SignableCall } from './signature-verifier.js';

const HOST = 'http://localhost:7070';

/** A request as it arrives, with its body. */
interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function open(mode: AccessMode) {
  const world = {
    catalog: new MemoryCatalog(),
    clock: new SystemClock(),
    secrets: new MemorySecrets(),
    signals: new InProcessSignals(),
  };
  const { key, credential } = await createAccessKey(world, { name: 'one', role: 'read' }, 'the test');
  const { verifier } = openVerifier(world, mode);
  const verify = ({ method, url, headers, body }: Sent): Promise<VerifiedCall> => {
    const rawHeaders = Object.entries(headers).flat();
    const request = { method, url, headers: { ...headers }, rawHeaders, rawBody: Buffer.from(body) };
    return verifier.verify(request as unknown as ReadRequest, classify(request) as SignableCall);
  };
  const signer = (service: string): Signer => ({
    accessKeyId: key.id,
    secretAccessKey: credential.secretAccessKey,
    service,
  });
  const rotate = async (graceSeconds: number): Promise<string> =>
    (await rotateAccessKey(world, key.id, graceSeconds)).credential.secretAccessKey;
  return { keyId: key.id, rotate, signer, verify };
}

const segment = fc.string({ minLength: 1, maxLength: 8 }).map((text) => `b${escaped(text)}`);
const request = fc.record({
  service: fc.constantFrom('s3', 'sagemaker'),
  isPresigned: fc.boolean(),
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE'),
  path: fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => `/${segments.join('/')}`),
  query: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'list-type', 'ü'), fc.string({ maxLength: 6 })), { maxLength: 4 }),
  meta: fc.string({ maxLength: 20 }).map((text) => text.replace(/[^\x20-\x7e]/g, '').trim()),
  body: fc.string({ maxLength: 20 }),
});

/** A change of one byte of a request: the numbers of the part and of the byte, and the new character. */
const change = fc.record({ part: fc.nat(), at: fc.nat(), to: fc.constantFrom(...'qzjkxw37') });

type Request = typeof request extends fc.Arbitrary<infer R> ? R : never;
type Change = typeof change extends fc.Arbitrary<infer C> ? C : never;

async function sign(signer: Signer, { isPresigned, method, path, query, meta, body }: Request): Promise<Sent> {
  const search = query.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join('&');
  const toSign = { method, url: `${HOST}${path}${search && `?${search}`}`, headers: { 'x-amz-meta-a': `m${meta}` } };
  if (isPresigned && signer.service === 's3') {
    const anyBody = { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' };
    const address = new URL(await presign(signer, { ...toSign, headers: anyBody }));
    return { method, url: address.pathname + address.search, headers: { host: address.host }, body };
  }
  const length: Record<string, string> = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const headers = await signHeaders(signer, { ...toSign, headers: { ...toSign.headers, ...length }, body });
  return { method, url: toSign.url.slice(HOST.length), headers, body };
}

function changed(sent: Sent, service: string, { part, at, to }: Change): Sent {
  const names = Object.keys(sent.headers);
  // S3's body is verified while it streams, so it is not changed here.
  const parts = ['method', 'url', ...(service !== 's3' && sent.body !== '' ? ['body'] : []), ...names];
  const name = parts[part % parts.length]!;
  if (name === 'method' || name === 'url' || name === 'body') return { ...sent, [name]: other(sent[name], at, to) };
  return { ...sent, headers: { ...sent.headers, [name]: other(sent.headers[name]!, at, to) } };
}

/** Never changes only the case of a letter, because escapes are the same in either case. */
function other(text: string, at: number, to: string): string {
  const place = at % text.length;
  const instead = text[place]!.toLowerCase() === to ? 'v' : to;
  return text.slice(0, place) + instead + text.slice(place + 1);
}

function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

describe('a request that the SDK has signed', () => {
  it('is admitted, and refused with any one byte changed', async () => {
    const { keyId, signer, verify } = await open('keys');
    await fc.assert(
      fc.asyncProperty(request, change, async (drawn, drawnChange) => {
        const sent = await sign(signer(drawn.service), drawn);
        expect(await verify(sent)).toMatchObject({ caller: { keyId } });
        await expect(verify(changed(sent, drawn.service, drawnChange))).rejects.toBeInstanceOf(SignatureError);
      }),
      { numRuns: 300 },
    );
  });
});

describe('if no key is needed', () => {
  const nobody = { accessKeyId: 'anything', secretAccessKey: 'goes', service: 's3' };
  const bare: Sent = { method: 'GET', url: '/bucket/key', headers: { host: 'localhost' }, body: '' };

  it('a caller with unknown credentials is anonymous, whatever it has signed, and its body is left alone', async () => {
    const { verify } = await open('open');
    const headers = await signHeaders(nobody, { ...bare, url: `${HOST}${bare.url}` });
    const broken = { host: 'localhost', authorization: 'AWS4-HMAC-SHA256 nonsense' };
    for (const sent of [
      bare,
      { ...bare, headers },
      { ...bare, url: '/other', headers },
      { ...bare, headers: broken },
    ]) {
      expect(await verify(sent)).toMatchObject({ caller: ANONYMOUS });
    }
  });

  it('a known key is verified all the same', async () => {
    const { keyId, signer, verify } = await open('open');
    const headers = await signHeaders(signer('s3'), { ...bare, url: `${HOST}${bare.url}` });
    expect(await verify({ ...bare, headers })).toMatchObject({ caller: { keyId, role: 'read' } });
    await expect(verify({ ...bare, url: '/other', headers })).rejects.toBeInstanceOf(SignatureError);
  });
});

describe('if a key is needed', () => {
  it.each<[string, Partial<Sent>, object]>([
    ['without a signature', {}, { kind: 'absent' }],
    ['with a bearer token', { headers: { authorization: 'Bearer token' } }, { kind: 'algorithm', got: 'Bearer' }],
    [
      'with a token alone, which the error does not repeat',
      { headers: { authorization: 'token' } },
      { kind: 'algorithm', got: '' },
    ],
    ['with half a query', { url: '/?X-Amz-Signature=a' }, { kind: 'incomplete', placement: 'query' }],
    ['with half a query of the older kind', { url: '/?Signature=a&Expires=1' }, { kind: 'absent' }],
  ])('a request %s is refused', async (_, sent, flaw) => {
    const { verify } = await open('keys');
    const refused = verify({ method: 'GET', url: '/', headers: {}, body: '', ...sent });
    await expect(refused).rejects.toMatchObject({ flaw });
  });
});

describe('while a key has two secrets', () => {
  it('either secret signs until the grace of the older one is over', async () => {
    const { keyId, rotate, signer, verify } = await open('keys');
    const bare = { method: 'GET', url: `${HOST}/bucket` };
    const signWith = async (secretAccessKey: string): Promise<Sent> => ({
      method: 'GET',
      url: '/bucket',
      headers: await signHeaders({ ...signer('s3'), secretAccessKey }, bare),
      body: '',
    });
    const before = signer('s3').secretAccessKey;
    const after = await rotate(3600);
    for (const secret of [before, after])
      expect(await verify(await signWith(secret))).toMatchObject({ caller: { keyId } });
    const last = await rotate(0);
    expect(await verify(await signWith(last))).toMatchObject({ caller: { keyId } });
    for (const secret of [before, after]) {
      await expect(verify(await signWith(secret))).rejects.toMatchObject({ flaw: { kind: 'mismatch' } });
    }
  });
});
