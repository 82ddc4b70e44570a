import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3Host } from './s3-host.js';
import { rawRequest } from './s3-raw-request.js';

let host: S3Host;
let s3: S3Client;

beforeAll(async () => {
  host = await S3Host.start();
  s3 = host.client();
});

afterAll(async () => {
  s3.destroy();
  await host[Symbol.asyncDispose]();
});

describe('buckets over S3', () => {
  it('are created, created again, found, listed and deleted', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'buckets-one' }));
    await s3.send(new CreateBucketCommand({ Bucket: 'buckets-one' }));
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'buckets-one' }))).resolves.toMatchObject({
      BucketRegion: 'us-east-1',
    });
    const { Buckets } = await s3.send(new ListBucketsCommand({ Prefix: 'buckets-' }));
    expect(Buckets).toEqual([{ Name: 'buckets-one', CreationDate: expect.any(Date) }]);
    await s3.send(new DeleteBucketCommand({ Bucket: 'buckets-one' }));
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'buckets-one' }))).rejects.toMatchObject({
      name: 'NotFound',
      $metadata: { httpStatusCode: 404 },
    });
  });

  it('are listed in pages', async () => {
    for (const name of ['paged-a', 'paged-b', 'paged-c']) await s3.send(new CreateBucketCommand({ Bucket: name }));
    const first = await s3.send(new ListBucketsCommand({ Prefix: 'paged-', MaxBuckets: 2 }));
    const next = { Prefix: 'paged-', MaxBuckets: 2, ContinuationToken: first.ContinuationToken };
    const second = await s3.send(new ListBucketsCommand(next));
    expect([...first.Buckets!, ...second.Buckets!].map(({ Name }) => Name)).toEqual(['paged-a', 'paged-b', 'paged-c']);
    expect(second.ContinuationToken).toBeUndefined();
  });

  it('are in any region in which the client looks for them', async () => {
    const inFrankfurt = host.client({ region: 'eu-central-1' });
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
    await inFrankfurt.send(new CreateBucketCommand({ Bucket: 'located', CreateBucketConfiguration }));
    const location = new GetBucketLocationCommand({ Bucket: 'located' });
    expect((await inFrankfurt.send(location)).LocationConstraint).toBe('eu-central-1');
    expect((await s3.send(location)).LocationConstraint).toBeUndefined();
    inFrankfurt.destroy();
  });

  it('are not deleted while they hold objects', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'full-bucket' }));
    await s3.send(new PutObjectCommand({ Bucket: 'full-bucket', Key: 'k', Body: 'x' }));
    await expect(s3.send(new DeleteBucketCommand({ Bucket: 'full-bucket' }))).rejects.toMatchObject({
      name: 'BucketNotEmpty',
      $metadata: { httpStatusCode: 409 },
    });
  });

  it('answer truthfully for settings that were never made', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'settings' }));
    await s3.send(new PutObjectCommand({ Bucket: 'settings', Key: 'k', Body: 'x' }));
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket: 'settings' }))).Status).toBeUndefined();
    const acl = await s3.send(new GetBucketAclCommand({ Bucket: 'settings' }));
    expect(acl.Grants).toMatchObject([{ Permission: 'FULL_CONTROL', Grantee: { Type: 'CanonicalUser' } }]);
    expect((await s3.send(new GetObjectTaggingCommand({ Bucket: 'settings', Key: 'k' }))).TagSet).toEqual([]);
    await expect(s3.send(new GetBucketEncryptionCommand({ Bucket: 'settings' }))).rejects.toMatchObject({
      name: 'ServerSideEncryptionConfigurationNotFoundError',
    });
    await expect(s3.send(new GetBucketVersioningCommand({ Bucket: 'no-such-bucket' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
  });

  it('refuse to change settings that Ebb does not have, and change nothing', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'unchanged' }));
    await s3.send(new PutObjectCommand({ Bucket: 'unchanged', Key: 'k', Body: 'content' }));
    const versioning = { Bucket: 'unchanged', VersioningConfiguration: { Status: 'Enabled' } } as const;
    const tagging = { Bucket: 'unchanged', Key: 'k', Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } };
    const refusal = { name: 'NotImplemented', $metadata: { httpStatusCode: 501 } };
    await expect(s3.send(new PutBucketVersioningCommand(versioning))).rejects.toMatchObject(refusal);
    await expect(s3.send(new PutObjectTaggingCommand(tagging))).rejects.toMatchObject(refusal);
    expect((await rawRequest(host.port, 'GET', '/unchanged/k')).body).toBe('content');
  });

  it.each(['/UPPER', '/a..b', '/..', '/%2e%2e%2fescape'])('are not created with the name %s', async (path) => {
    expect(await rawRequest(host.port, 'PUT', path)).toMatchObject({ status: 400, code: 'InvalidBucketName' });
  });

  it('can also be addressed by host name', async () => {
    await rawRequest(host.port, 'PUT', '/', { host: `hosted.localhost:${host.port}` });
    await rawRequest(host.port, 'PUT', '/a/k', { host: 'hosted.s3.us-east-1.amazonaws.com' }, 'content');
    expect((await rawRequest(host.port, 'GET', '/hosted/a/k')).body).toBe('content');
  });
});

describe('an error over S3', () => {
  it('is a document that names the error, the resource and the request', async () => {
    const answer = await rawRequest(host.port, 'GET', '/no-such-bucket/k%20k?x-id=GetObject');
    expect(answer).toMatchObject({ status: 404, code: 'NoSuchBucket' });
    expect(answer.headers['content-type']).toBe('application/xml');
    expect(answer.body).toContain('<Message>The specified bucket does not exist</Message>');
    expect(answer.body).toContain('<Resource>/no-such-bucket/k%20k</Resource>');
    expect(answer.body).toContain(`<RequestId>${answer.headers['x-amz-request-id']}</RequestId>`);
    expect(answer.headers['x-amz-id-2']).toBeTruthy();
  });

  it('has no body if the method allows none', async () => {
    const answer = await rawRequest(host.port, 'HEAD', '/no-such-bucket/k');
    expect([answer.status, answer.body]).toEqual([404, '']);
  });

  it.each([
    ['PATCH', '/some-bucket/k', 405, 'MethodNotAllowed'],
    ['POST', '/some-bucket', 501, 'NotImplemented'],
    ['GET', '/some-bucket/%ff', 400, 'InvalidURI'],
    ['GET', `/some-bucket/${'k'.repeat(1025)}`, 400, 'KeyTooLongError'],
    ['GET', '/some-bucket?list-type=3', 400, 'InvalidArgument'],
  ])('answers %s %s with %d %s', async (method, path, status, code) => {
    expect(await rawRequest(host.port, method, path)).toMatchObject({ status, code });
  });

  it.each(['<CreateBucketConfiguration>', 'nonsense', '<Other/>', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])(
    'answers the malformed document %s with MalformedXML',
    async (body) => {
      const answer = await rawRequest(host.port, 'PUT', '/malformed', { 'content-length': body.length }, body);
      expect(answer).toMatchObject({ status: 400, code: 'MalformedXML' });
      expect(await rawRequest(host.port, 'GET', '/malformed')).toMatchObject({ code: 'NoSuchBucket' });
    },
  );
});
