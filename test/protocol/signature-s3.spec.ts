import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeyedEbb, startWithKeys } from '../support/keyed-ebb.js';
import { type Signer, signHeaders } from '../support/sign-request.js';

const Bucket = 'signed';
const HOUR_MS = 3_600_000;
let ebb: KeyedEbb<'operate'>;
let s3: S3Client;
let signer: Signer;

beforeAll(async () => {
  ebb = await startWithKeys({ operate: { role: 'operate' } });
  const { key, credential } = ebb.keys.operate;
  signer = { accessKeyId: key.id, secretAccessKey: credential.secretAccessKey, service: 's3' };
  s3 = client();
  await s3.send(new CreateBucketCommand({ Bucket }));
});

afterAll(async () => {
  s3.destroy();
  await ebb[Symbol.asyncDispose]();
});

function client(config: S3ClientConfig = {}): S3Client {
  const credentials = { accessKeyId: signer.accessKeyId, secretAccessKey: signer.secretAccessKey };
  return new S3Client({
    endpoint: ebb.url,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials,
    ...config,
  });
}

const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
const codeOf = (document: string) => /<Code>(\w+)<\/Code>/.exec(document)?.[1];

async function isThere(Key: string): Promise<boolean> {
  return s3.send(new HeadObjectCommand({ Bucket, Key })).then(
    () => true,
    () => false,
  );
}

describe('a request to S3 with the right signature', () => {
  it.each(['plain', 'a b+c&d=e', "it's (50%) * ~ü/日本", 'a//b/./c', '%2F', '=?#'])(
    'reaches the key %s',
    async (Key) => {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key, Metadata: { name: 'two  spaces' } }));
      const found = await s3.send(new GetObjectCommand({ Bucket, Key }));
      expect(await found.Body!.transformToString()).toBe(Key);
      const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: Key, Delimiter: '+ &' }));
      expect(listed.Contents).toHaveLength(1);
    },
  );

  it('may be signed for any region, with a body that is streamed, in parts or a document', async () => {
    const elsewhere = client({ region: 'eu-central-1' });
    const Body = Readable.from([Buffer.from('hello '), Buffer.from('world')]);
    await elsewhere.send(new PutObjectCommand({ Bucket, Key: 'streamed', Body, ContentLength: 11 }));
    const params = { Bucket, Key: 'parts', Body: Readable.from([Buffer.alloc(6_000_000, 'a')]) };
    await new Upload({ client: elsewhere, params }).done();
    const found = await elsewhere.send(new HeadObjectCommand({ Bucket, Key: 'parts' }));
    expect(found.ContentLength).toBe(6_000_000);
    const Objects = [{ Key: 'streamed' }, { Key: 'parts' }];
    const { Deleted } = await elsewhere.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted).toHaveLength(2);
    elsewhere.destroy();
  });

  it('succeeds once the answer has corrected a wrong clock', async () => {
    const late = client({ systemClockOffset: -HOUR_MS });
    await expect(late.send(new ListBucketsCommand({}))).rejects.toThrow('The difference between the request time');
    expect((await late.send(new ListBucketsCommand({}))).Buckets).toMatchObject([{ Name: Bucket }]);
    late.destroy();
  });
});

describe('a request to S3 is refused', () => {
  it('with another secret, and the error shows the text to sign', async () => {
    const wrong = client({ credentials: { accessKeyId: signer.accessKeyId, secretAccessKey: 'wrong' } });
    await expect(wrong.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
      message:
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      $metadata: { httpStatusCode: 403 },
      AWSAccessKeyId: signer.accessKeyId,
      StringToSign: expect.stringMatching(
        /^AWS4-HMAC-SHA256\n\d{8}T\d{6}Z\n\d{8}\/us-east-1\/s3\/aws4_request\n\w{64}$/,
      ),
      StringToSignBytes: expect.stringMatching(/^41 57 53 34 2d /),
      SignatureProvided: expect.stringMatching(/^\w{64}$/),
      CanonicalRequest: expect.stringMatching(/^GET\n\/\nx-id=ListBuckets\n/),
      CanonicalRequestBytes: expect.stringMatching(/^47 45 54 0a /),
    });
    wrong.destroy();
  });

  it('with an unknown key', async () => {
    const unknown = client({ credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'any' } });
    await expect(unknown.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      name: 'InvalidAccessKeyId',
      message: 'The AWS Access Key Id you provided does not exist in our records.',
      AWSAccessKeyId: 'AKIANOBODY',
      $metadata: { httpStatusCode: 403 },
    });
    unknown.destroy();
  });

  it.each([-HOUR_MS, HOUR_MS])('that was signed %i ms from now', async (systemClockOffset) => {
    const skewed = client({ systemClockOffset });
    await expect(skewed.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      name: 'RequestTimeTooSkewed',
      message: 'The difference between the request time and the current time is too large.',
      MaxAllowedSkewMilliseconds: '900000',
      ServerTime: expect.stringMatching(/^\d{4}-.*Z$/),
      $metadata: { httpStatusCode: 403 },
    });
    skewed.destroy();
  });

  it.each<[string, Record<string, string>, string, number]>([
    ['without a signature', {}, 'AccessDenied', 403],
    ['with a bearer token', { authorization: 'Bearer token' }, 'InvalidArgument', 400],
    ['with the oldest signature', { authorization: 'AWS AKIA:c2ln' }, 'InvalidRequest', 400],
    ['with half a header', { authorization: 'AWS4-HMAC-SHA256 Credential=a' }, 'AuthorizationHeaderMalformed', 400],
    ['with no header’s form', { authorization: 'AWS4-HMAC-SHA256 what' }, 'AuthorizationHeaderMalformed', 400],
  ])('%s', async (_, headers, code, status) => {
    const answer = await fetch(`${ebb.url}/${Bucket}`, { headers });
    expect([answer.status, codeOf(await answer.text())]).toEqual([status, code]);
  });

  it('with an unsigned AWS header', async () => {
    const url = `${ebb.url}/${Bucket}/unsigned-header`;
    const headers = await signHeaders(signer, { method: 'PUT', url, body: '' });
    const answer = await fetch(url, { method: 'PUT', headers: { ...headers, 'x-amz-meta-a': 'b' } });
    const text = await answer.text();
    expect([answer.status, codeOf(text)]).toEqual([403, 'AccessDenied']);
    expect(text).toContain('<HeadersNotSigned>x-amz-meta-a</HeadersNotSigned>');
  });

  it('for a service other than the signed one', async () => {
    const url = `${ebb.url}/${Bucket}`;
    const headers = await signHeaders({ ...signer, service: 'lambda' }, { method: 'GET', url });
    const answer = await fetch(url, { headers });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(
      'incorrect service &quot;lambda&quot;. This endpoint belongs to &quot;s3&quot;.',
    );
  });

  it('with a body that is not the signed one, and nothing is stored', async () => {
    const url = `${ebb.url}/${Bucket}/tampered`;
    const headers = await signHeaders(signer, { method: 'PUT', url, body: 'as signed' });
    const answer = await fetch(url, { method: 'PUT', headers, body: 'as sent..' });
    const text = await answer.text();
    expect([answer.status, codeOf(text)]).toEqual([400, 'XAmzContentSHA256Mismatch']);
    expect(text).toContain(`<ClientComputedContentSHA256>${headers['x-amz-content-sha256']}</`);
    expect(await isThere('tampered')).toBe(false);
  });

  it('without the body that was signed', async () => {
    const url = `${ebb.url}/without-a-body`;
    const body = '<CreateBucketConfiguration/>';
    const headers = await signHeaders(signer, { method: 'PUT', url, body });
    const answer = await fetch(url, { method: 'PUT', headers });
    expect(codeOf(await answer.text())).toBe('XAmzContentSHA256Mismatch');
  });
});

describe('a presigned address', () => {
  it('is valid only for its signed request', async () => {
    await put('presigned', 'content');
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'presigned' }), { expiresIn: 60 });
    expect(await (await fetch(url)).text()).toBe('content');
    await put('presignee', 'other');
    const tried = [url.replace('presigned', 'presignee'), `${url}&versionId=null`, url.replace('60&', '600&')];
    for (const other of tried) {
      const answer = await fetch(other);
      expect([answer.status, codeOf(await answer.text())]).toEqual([403, 'SignatureDoesNotMatch']);
    }
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
  });

  it('accepts an upload of any body', async () => {
    const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'uploaded' }), { expiresIn: 60 });
    expect((await fetch(url, { method: 'PUT', body: 'anything' })).status).toBe(200);
    const answer = await fetch(url, { method: 'PUT', body: 'x', headers: { 'x-amz-meta-a': 'b' } });
    expect([answer.status, codeOf(await answer.text())]).toEqual([403, 'AccessDenied']);
  });

  it.each([
    ['past its time', -2 * HOUR_MS, 'Request has expired'],
    ['before its time', HOUR_MS, 'Request is not valid yet'],
  ])('%s is refused', async (_, offset, message) => {
    const options = { expiresIn: 60, signingDate: new Date(Date.now() + offset) };
    const answer = await fetch(await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'a' }), options));
    const text = await answer.text();
    expect([answer.status, codeOf(text)]).toEqual([403, 'AccessDenied']);
    expect(text).toContain(`<Message>${message}</Message>`);
  });

  it('of an unknown key, or with half of its parameters, is refused', async () => {
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'presigned' }));
    const unknown = await fetch(url.replace(signer.accessKeyId, 'AKIANOBODY'));
    expect(codeOf(await unknown.text())).toBe('InvalidAccessKeyId');
    const half = await fetch(url.replace(/&X-Amz-SignedHeaders=[^&]*/, ''));
    expect([half.status, codeOf(await half.text())]).toEqual([400, 'AuthorizationQueryParametersError']);
    const both = await fetch(url, { headers: { authorization: 'Bearer token' } });
    expect([both.status, codeOf(await both.text())]).toEqual([400, 'InvalidArgument']);
  });
});
