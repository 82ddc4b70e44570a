import { describe, expect, it } from 'vitest';
import { addressOf } from './address.js';

describe('the address of a request to S3', () => {
  it.each([
    ['/', '127.0.0.1:7070', undefined, undefined],
    ['/?x-id=ListBuckets', '127.0.0.1:7070', undefined, undefined],
    ['/photos', '127.0.0.1:7070', 'photos', undefined],
    ['/photos/', 'localhost:7070', 'photos', undefined],
    ['/photos/2006/a%20b%2Bc+d.txt', 'ebb.internal', 'photos', '2006/a b+c+d.txt'],
    ['/photos//k', 'localhost', 'photos', '/k'],
    ['/photos/a/../b', 'localhost', 'photos', 'a/../b'],
    ['/photos/%E2%82%AC', 's3.us-east-1.amazonaws.com', 'photos', '€'],
    ['http://localhost:7070/photos/k', 'localhost:7070', 'photos', 'k'],
    ['/', 'photos.localhost:7070', 'photos', undefined],
    ['/2006/k', 'photos.localhost:7070', 'photos', '2006/k'],
    ['/k', 'my.photos.localhost', 'my.photos', 'k'],
    ['/k', 'photos.s3.localhost:7070', 'photos', 'k'],
    ['/k', 'photos.s3.us-east-1.amazonaws.com', 'photos', 'k'],
    ['/k', 'photos.s3-eu-west-1.amazonaws.com', 'photos', 'k'],
    ['/k', 's3-photos.localhost', 's3-photos', 'k'],
    ['/photos/k', 's3.localhost:7070', 'photos', 'k'],
    ['/photos/k', 's3-eu-west-1.amazonaws.com', 'photos', 'k'],
    ['/photos/k', 'my.s3-gateway.internal', 'photos', 'k'],
    ['/photos/k', undefined, 'photos', 'k'],
  ])('%s at %s is bucket %s and key %s', (url, host, bucket, key) => {
    const address = addressOf(url, host);
    expect([address.bucket, address.key]).toEqual([bucket, key]);
  });

  it('keeps the query, which begins at the first question mark', () => {
    expect(addressOf('/photos?prefix=a%3Fb?c', 'localhost').query.get('prefix')).toBe('a?b?c');
  });

  it.each(['/ab', '/Photos', '/..', '/%2e%2e/k', '/a..b/k', '/192.168.0.1/k', '/under_score/k', `/${'a'.repeat(64)}`])(
    'refuses the bucket of %s',
    (url) => {
      expect(() => addressOf(url, 'localhost')).toThrow(expect.objectContaining({ code: 'InvalidBucketName' }));
    },
  );

  it('takes a key of 1,024 bytes and refuses a longer one', () => {
    expect(addressOf(`/photos/${'%C3%A9'.repeat(512)}`, 'localhost').key).toHaveLength(512);
    expect(() => addressOf(`/photos/${'%C3%A9'.repeat(513)}`, 'localhost')).toThrow(
      expect.objectContaining({ code: 'KeyTooLongError' }),
    );
  });

  it('refuses a path that is not percent-encoded UTF-8', () => {
    expect(() => addressOf('/photos/%E2%82', 'localhost')).toThrow(expect.objectContaining({ code: 'InvalidURI' }));
  });
});
