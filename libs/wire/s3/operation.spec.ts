import { describe, expect, it } from 'vitest';
import { operationOf } from './operation.js';

const asked = (request: string, hasCopySource = false) => {
  const [method = '', url = ''] = request.split(' ');
  const [path = '', search = ''] = url.split('?');
  const [, bucket, key] = path.split('/');
  return operationOf({
    method,
    bucket: bucket || undefined,
    key: key || undefined,
    query: new URLSearchParams(search),
    hasCopySource,
  });
};

describe('the operation that a request to S3 asks for', () => {
  it.each([
    ['GET /', 'ListBuckets'],
    ['PUT /b', 'CreateBucket'],
    ['HEAD /b', 'HeadBucket'],
    ['DELETE /b', 'DeleteBucket'],
    ['GET /b', 'ListObjects'],
    ['GET /b?prefix=a&delimiter=/&marker=m&max-keys=1&encoding-type=url', 'ListObjects'],
    ['GET /b?list-type=2&start-after=a&continuation-token=t&fetch-owner=true', 'ListObjectsV2'],
    ['GET /b?location', 'GetBucketLocation'],
    ['GET /b?versioning', 'GetBucketVersioning'],
    ['GET /b?uploads&prefix=a', 'ListMultipartUploads'],
    ['POST /b?delete&x-id=DeleteObjects', 'DeleteObjects'],
    ['PUT /b/k?x-id=PutObject', 'PutObject'],
    ['GET /b/k?x-id=GetObject&response-content-type=a', 'GetObject'],
    ['GET /b/k?versionId=null', 'GetObject'],
    ['GET /b/k?X-Amz-Signature=s&X-Amz-Date=d', 'GetObject'],
    ['GET /b/k?AWSAccessKeyId=a&Signature=s&Expires=1', 'GetObject'],
    ['HEAD /b/k', 'HeadObject'],
    ['DELETE /b/k', 'DeleteObject'],
    ['GET /b/k?tagging', 'GetObjectTagging'],
    ['POST /b/k?uploads', 'CreateMultipartUpload'],
    ['PUT /b/k?uploadId=u&partNumber=1', 'UploadPart'],
    ['GET /b/k?uploadId=u&max-parts=2', 'ListParts'],
    ['POST /b/k?uploadId=u', 'CompleteMultipartUpload'],
    ['DELETE /b/k?uploadId=u', 'AbortMultipartUpload'],
  ])('%s is %s', (request, operation) => {
    expect(asked(request)).toBe(operation);
  });

  it('is a copy for a PUT that names a source', () => {
    expect(asked('PUT /b/k', true)).toBe('CopyObject');
    expect(asked('PUT /b/k?uploadId=u&partNumber=1', true)).toBe('UploadPartCopy');
  });

  it.each([
    'PUT /b/k?tagging',
    'PUT /b/k?acl',
    'DELETE /b/k?tagging',
    'GET /b/k?attributes',
    'GET /b/k?partNumber=1',
    'GET /b/k?torrent',
    'POST /b/k?restore',
    'POST /b/k?select&select-type=2',
    'PUT /b?versioning',
    'DELETE /b?policy',
    'GET /b?versions',
    'GET /b/k?something-new',
    'PUT /b/k?partNumber=1',
    'PUT /b/k?uploadId=u',
    'GET /?something',
  ])('%s is refused as not implemented, not taken for a plain read or write', (request) => {
    expect(() => asked(request)).toThrow(expect.objectContaining({ code: 'NotImplemented', status: 501 }));
  });

  it('is refused as not implemented for an upload by HTML form', () => {
    expect(() => asked('POST /b')).toThrow(expect.objectContaining({ code: 'NotImplemented' }));
  });

  it.each(['POST /', 'PATCH /b', 'POST /b/k', 'OPTIONS /b/k'])('%s is a method that is not allowed', (request) => {
    expect(() => asked(request)).toThrow(expect.objectContaining({ code: 'MethodNotAllowed', status: 405 }));
  });
});
