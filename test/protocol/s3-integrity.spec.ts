import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3Host } from './s3-host.js';
import { rawRequest } from './s3-raw-request.js';

const Bucket = 'integrity';
const HELLO = 'hello world';
const HELLO_CRC32 = 'DUoRhQ==';
let host: S3Host;
let s3: S3Client;

beforeAll(async () => {
  host = await S3Host.start();
  s3 = host.client();
  await s3.send(new CreateBucketCommand({ Bucket }));
});

afterAll(async () => {
  s3.destroy();
  await host[Symbol.asyncDispose]();
});

const put = (key: string, headers: Record<string, string | number>, body: string | Uint8Array = HELLO) =>
  rawRequest(host.port, 'PUT', `/${Bucket}/${key}`, { 'content-length': Buffer.byteLength(body), ...headers }, body);

async function expectNothing(key: string): Promise<void> {
  expect(await rawRequest(host.port, 'GET', `/${Bucket}/${key}`)).toMatchObject({ status: 404, code: 'NoSuchKey' });
  expect(await host.staged()).toEqual([]);
}

const SIGNATURE = 'a'.repeat(64);
const framed = (text: string, ending: string, extension = '') =>
  `${text.length.toString(16)}${extension}\r\n${text}\r\n0${extension}\r\n${ending}\r\n`;
const trailed = (more: Record<string, string | number> = {}) => ({
  'content-encoding': 'aws-chunked',
  'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'x-amz-decoded-content-length': HELLO.length,
  'x-amz-trailer': 'x-amz-checksum-crc32',
  ...more,
});

describe('content that is sent over S3', () => {
  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'is verified with %s, in a header and in a trailer, and a header’s checksum is returned',
    async (ChecksumAlgorithm) => {
      const Key = `sdk-${ChecksumAlgorithm}`;
      const stored = await s3.send(new PutObjectCommand({ Bucket, Key, Body: HELLO, ChecksumAlgorithm }));
      const name = `Checksum${ChecksumAlgorithm}` as const;
      expect(stored[name]).toBeTruthy();
      const found = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
      expect([found[name], await found.Body!.transformToString()]).toEqual([stored[name], HELLO]);

      const Body = Readable.from([Buffer.from('hello '), Buffer.from('world')]);
      const streamed = new PutObjectCommand({ Bucket, Key, Body, ContentLength: HELLO.length, ChecksumAlgorithm });
      expect((await s3.send(streamed))[name]).toBe(stored[name]);
      const again = await s3.send(new GetObjectCommand({ Bucket, Key }));
      expect([await again.Body!.transformToString(), again.ContentEncoding]).toEqual([HELLO, undefined]);
    },
  );

  it.each([
    ['content-md5', createHash('md5').digest('base64'), 'BadDigest'],
    ['x-amz-content-sha256', createHash('sha256').digest('hex'), 'XAmzContentSHA256Mismatch'],
    ['x-amz-checksum-crc32', Buffer.alloc(4).toString('base64'), 'BadDigest'],
    ['x-amz-checksum-crc32c', Buffer.alloc(4).toString('base64'), 'BadDigest'],
    ['x-amz-checksum-crc64nvme', Buffer.alloc(8).toString('base64'), 'BadDigest'],
    ['x-amz-checksum-sha1', Buffer.alloc(20).toString('base64'), 'BadDigest'],
    ['x-amz-checksum-sha256', Buffer.alloc(32).toString('base64'), 'BadDigest'],
  ])('is refused and not shown when its %s does not come true', async (name, value, code) => {
    expect(await put('wrong', { [name]: value })).toMatchObject({ status: 400, code });
    await expectNothing('wrong');
  });

  it('is accepted if all checksums are right', async () => {
    const answer = await put('right', {
      'content-md5': createHash('md5').update(HELLO).digest('base64'),
      'x-amz-content-sha256': createHash('sha256').update(HELLO).digest('hex'),
      'x-amz-checksum-crc32': HELLO_CRC32,
      'x-amz-sdk-checksum-algorithm': 'CRC32',
    });
    expect([answer.status, answer.headers['x-amz-checksum-crc32']]).toEqual([200, HELLO_CRC32]);
  });

  it('leaves the previous object in place if it is refused', async () => {
    await put('before', {}, 'old');
    await put('before', { 'x-amz-checksum-crc32': 'AAAAAA==' });
    expect((await rawRequest(host.port, 'GET', `/${Bucket}/before`)).body).toBe('old');
  });

  it('is accepted in signed chunks, with and without a signed trailer', async () => {
    const extension = `;chunk-signature=${SIGNATURE}`;
    const plain = {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-decoded-content-length': HELLO.length,
    };
    expect((await put('signed', plain, framed(HELLO, '', extension))).status).toBe(200);
    const trailer = `x-amz-checksum-crc32:${HELLO_CRC32}\r\nx-amz-trailer-signature:${SIGNATURE}\r\n`;
    const headers = trailed({ 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER' });
    expect((await put('signed-trailer', headers, framed(HELLO, trailer, extension))).status).toBe(200);
    for (const key of ['signed', 'signed-trailer']) {
      expect((await rawRequest(host.port, 'GET', `/${Bucket}/${key}`)).body).toBe(HELLO);
    }
  });

  it.each([
    ['a wrong trailing checksum', framed(HELLO, 'x-amz-checksum-crc32:AAAAAA==\r\n'), {}, 'BadDigest'],
    ['an invalid trailing checksum', framed(HELLO, 'x-amz-checksum-crc32:AAAA\r\n'), {}, 'InvalidRequest'],
    ['no checksum where one was announced', framed(HELLO, ''), {}, 'MalformedTrailerError'],
    ['fewer bytes than announced', framed('hello', `x-amz-checksum-crc32:${HELLO_CRC32}\r\n`), {}, 'IncompleteBody'],
    ['more bytes than announced', framed(`${HELLO}!`, `x-amz-checksum-crc32:${HELLO_CRC32}\r\n`), {}, 'IncompleteBody'],
    ['no last chunk', 'b\r\nhello world\r\n', {}, 'IncompleteBody'],
    ['no framing', HELLO, {}, 'IncompleteBody'],
    ['no decoded length', framed(HELLO, ''), { 'x-amz-decoded-content-length': '' }, 'MissingContentLength'],
  ])('is refused and not shown with %s', async (_, body, more, code) => {
    expect(await put('framed', trailed(more), body)).toMatchObject({ code });
    await expectNothing('framed');
  });

  it('is refused at once if it is longer than 5 GiB, or of unknown length', async () => {
    const tooLong = trailed({ 'x-amz-decoded-content-length': 5 * 1024 ** 3 + 1 });
    expect(await put('long', tooLong)).toMatchObject({ status: 400, code: 'EntityTooLarge' });
    const unknown = await rawRequest(host.port, 'PUT', `/${Bucket}/long`, { 'transfer-encoding': 'chunked' }, HELLO);
    expect(unknown).toMatchObject({ status: 411, code: 'MissingContentLength' });
    await expectNothing('long');
  });

  it('leaves no object if the sender goes away', async () => {
    const socket = connect(host.port, '127.0.0.1');
    const head = `PUT /${Bucket}/torn HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\n`;
    await new Promise<void>((resolve) => socket.write(head + 'x'.repeat(2_000_000), () => resolve()));
    await expect.poll(() => host.staged(), { interval: 20 }).toHaveLength(1);
    socket.destroy();
    await expect.poll(() => host.staged(), { interval: 20 }).toEqual([]);
    await expectNothing('torn');
  });

  it('gets its answer on its own connection, even after a large refused body', async () => {
    const body = Buffer.alloc(8 * 1024 * 1024);
    const headers = { 'x-amz-checksum-crc32': HELLO_CRC32 };
    expect(await put('big', headers, body)).toMatchObject({ status: 400, code: 'BadDigest' });
    const nowhere = await rawRequest(host.port, 'PUT', '/nowhere/big', { 'content-length': body.length }, body);
    expect(nowhere).toMatchObject({ status: 404, code: 'NoSuchBucket' });
    const value = Buffer.alloc(4);
    value.writeUInt32BE(crc32(body));
    expect((await put('big', { 'x-amz-checksum-crc32': value.toString('base64') }, body)).status).toBe(200);
  });
});
