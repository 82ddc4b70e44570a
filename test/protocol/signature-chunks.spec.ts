import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeyedEbb, startWithKeys } from '../support/keyed-ebb.js';
import { type Signer, signChunks, signHeaders } from '../support/sign-request.js';

const Bucket = 'chunked';
const CHUNKS = ['a'.repeat(8192), 'b'.repeat(8192), 'end'];
const CONTENT = CHUNKS.join('');
const CHECKSUM = checksum(CONTENT);
let ebb: KeyedEbb<'operate'>;
let s3: S3Client;
let signer: Signer;

beforeAll(async () => {
  ebb = await startWithKeys({ operate: { role: 'operate' } });
  const { key, credential } = ebb.keys.operate;
  signer = { accessKeyId: key.id, secretAccessKey: credential.secretAccessKey, service: 's3' };
  s3 = new S3Client({ endpoint: ebb.url, region: 'us-east-1', forcePathStyle: true, credentials: signer });
  await s3.send(new CreateBucketCommand({ Bucket }));
});

afterAll(async () => {
  s3.destroy();
  await ebb[Symbol.asyncDispose]();
});

function checksum(content: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(content));
  return bytes.toString('base64');
}

type Kind = 'PAYLOAD' | 'PAYLOAD-TRAILER' | 'UNSIGNED';
const STATED: Readonly<Record<Kind, string>> = {
  PAYLOAD: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'PAYLOAD-TRAILER': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
  UNSIGNED: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
};

/** Uploads in chunks; `change` alters the body on its way. */
async function upload(Key: string, kind: Kind, change = (body: string) => body, trailed = CHECKSUM): Promise<string> {
  const url = `${ebb.url}/${Bucket}/${Key}`;
  const headers = await signHeaders(signer, {
    method: 'PUT',
    url,
    headers: {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': STATED[kind],
      'x-amz-decoded-content-length': String(CONTENT.length),
      ...(kind !== 'PAYLOAD' && { 'x-amz-trailer': 'x-amz-checksum-crc32' }),
    },
  });
  const seed = {
    timestamp: headers['x-amz-date']!,
    signature: /Signature=(\w+)/.exec(headers['authorization']!)![1]!,
  };
  const answer = await fetch(url, { method: 'PUT', headers, body: change(bodyOf(kind, seed, trailed)) });
  return answer.ok ? 'stored' : `${answer.status} ${/<Code>(\w+)</.exec(await answer.text())?.[1]}`;
}

function bodyOf(kind: Kind, seed: Parameters<typeof signChunks>[1], trailed: string): string {
  const trailer = `x-amz-checksum-crc32:${trailed}`;
  if (kind === 'PAYLOAD') return signChunks(signer, seed, CHUNKS);
  if (kind === 'PAYLOAD-TRAILER') return signChunks(signer, seed, CHUNKS, trailer);
  const framed = CHUNKS.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`);
  return `${framed.join('')}0\r\n${trailer}\r\n\r\n`;
}

async function isThere(Key: string): Promise<boolean> {
  return s3.send(new HeadObjectCommand({ Bucket, Key })).then(
    () => true,
    () => false,
  );
}

describe('an upload in chunks', () => {
  it.each<[Kind]>([['PAYLOAD'], ['PAYLOAD-TRAILER'], ['UNSIGNED']])('of %s is stored as it was sent', async (kind) => {
    expect(await upload(kind, kind)).toBe('stored');
    const found = await s3.send(new GetObjectCommand({ Bucket, Key: kind }));
    expect(await found.Body!.transformToString()).toBe(CONTENT);
  });

  it.each<[string, (body: string) => string]>([
    ['the first chunk', (body) => body.replace('aaa', 'aba')],
    ['the last chunk', (body) => body.replace('end', 'and')],
    ['a signature', (body) => body.replace(/(chunk-signature=)\w{4}/, '$10000')],
    ['the last signature', (body) => body.replace(/(\r\n0;chunk-signature=)\w{4}/, '$10000')],
    ['the order', (body) => body.replace(/^(2000;.*\r\na{8192}\r\n)(2000;.*\r\nb{8192}\r\n)/, '$2$1')],
    ['everything but signatures', (body) => body.replace(/;chunk-signature=\w+/g, '')],
  ])('is refused, and nothing stored, with another of %s', async (_, change) => {
    for (const kind of ['PAYLOAD', 'PAYLOAD-TRAILER'] as const) {
      expect(await upload('changed', kind, change)).toBe('403 SignatureDoesNotMatch');
    }
    expect(await isThere('changed')).toBe(false);
  });

  it.each<[string, (body: string) => string]>([
    ['another checksum', (body) => body.replace(CHECKSUM, 'AAAAAA==')],
    ['another signature of it', (body) => body.replace(/(trailer-signature:)\w{4}/, '$10000')],
    ['no signature of it', (body) => body.replace(/x-amz-trailer-signature:\w+\r\n/, '')],
    ['another header', (body) => body.replace('x-amz-trailer-sig', 'x-amz-other:a\r\nx-amz-trailer-sig')],
  ])('is refused, and nothing stored, with %s behind it', async (_, change) => {
    expect(await upload('trailed', 'PAYLOAD-TRAILER', change)).toBe('403 SignatureDoesNotMatch');
    expect(await isThere('trailed')).toBe(false);
  });

  it('is refused if its trailing checksum is signed and wrong', async () => {
    expect(await upload('wrong', 'PAYLOAD-TRAILER', undefined, 'AAAAAA==')).toBe('400 BadDigest');
    expect(await upload('wrong', 'UNSIGNED', undefined, 'AAAAAA==')).toBe('400 BadDigest');
    expect(await isThere('wrong')).toBe(false);
  });
});
