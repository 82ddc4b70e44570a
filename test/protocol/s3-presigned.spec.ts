import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3Host } from './s3-host.js';

const Bucket = 'presigned';
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

const AN_HOUR_AGO = () => new Date(Date.now() - 3_600_000);

describe('a presigned URL', () => {
  it('lets its holder upload and download', async () => {
    const upload = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'a b/ü' }), { expiresIn: 60 });
    expect((await fetch(upload, { method: 'PUT', body: 'content' })).status).toBe(200);
    const download = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'a b/ü' }), { expiresIn: 60 });
    expect(await (await fetch(download)).text()).toBe('content');
  });

  it('sets the headers of the answer', async () => {
    await host.objects.put({ bucket: Bucket, key: 'labelled' }, Buffer.from('x'), { contentType: 'text/plain' });
    const overrides = {
      ResponseContentType: 'text/x-other',
      ResponseContentDisposition: 'attachment; filename="a.txt"',
    };
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'labelled', ...overrides }));
    const { headers } = await fetch(url);
    expect(headers.get('content-type')).toBe('text/x-other');
    expect(headers.get('content-disposition')).toBe('attachment; filename="a.txt"');
  });

  it('does not read or write once it has expired', async () => {
    await host.objects.put({ bucket: Bucket, key: 'expired' }, Buffer.from('old'));
    const options = { expiresIn: 60, signingDate: AN_HOUR_AGO() };
    const download = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'expired' }), options);
    const refused = await fetch(download);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('<Code>AccessDenied</Code><Message>Request has expired</Message>');
    const upload = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'expired' }), options);
    expect((await fetch(upload, { method: 'PUT', body: 'new' })).status).toBe(403);
    expect(await host.objects.head({ bucket: Bucket, key: 'expired' })).toMatchObject({ sizeBytes: 3 });
  });
});
