import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatObjectLocation, isBucketName, isObjectPrefix, parseObjectLocation } from './object-location.js';

describe('the address of an object may be', () => {
  test.each([
    ['s3://bucket/key', 'bucket', 'key'],
    ['s3://bucket/a/b//c ?%2F.png', 'bucket', 'a/b//c ?%2F.png'],
    ['s3://bucket/line\nbreak', 'bucket', 'line\nbreak'],
    ['https://bucket.s3.amazonaws.com/a/b.png', 'bucket', 'a/b.png'],
    ['https://bucket.s3.eu-west-1.amazonaws.com/a%20b', 'bucket', 'a b'],
    ['https://bucket.with.dots.s3-us-west-2.amazonaws.com/k', 'bucket.with.dots', 'k'],
    ['https://bucket.s3.cn-north-1.amazonaws.com.cn/k', 'bucket', 'k'],
    ['https://s3.us-east-1.amazonaws.com/bucket/a/b', 'bucket', 'a/b'],
    ['https://s3.amazonaws.com/bucket/k?versionId=1', 'bucket', 'k'],
  ])('%s', (uri, bucket, key) => {
    expect(parseObjectLocation(uri)).toEqual({ bucket, key });
  });
});

describe('the address of an object cannot be', () => {
  test.each([
    '',
    'bucket/key',
    's3://',
    's3://bucket',
    's3://bucket/',
    's3:///key',
    'http://bucket.s3.amazonaws.com/key',
    'https://example.com/bucket/key',
    'https://bucket.s3.amazonaws.com/',
    'https://bucket.s3.amazonaws.com/%E0%A4%A',
    's3://b/key',
    's3://Bucket/key',
    's3://my_bucket/key',
    's3://two..dots/key',
    's3://10.0.0.1/key',
    's3://\u001dȾØz/key',
    's3://bucket/\ud800',
    `s3://bucket/${'k'.repeat(1025)}`,
    `s3://bucket/${'é'.repeat(513)}`,
  ])('"%s"', (uri) => {
    expect(() => parseObjectLocation(uri)).toThrow(expect.objectContaining({ code: 'InvalidRequest' }));
  });
});

test('any bucket and key can be written as an address and read again', () => {
  const bucket = fc.stringMatching(/^[a-z0-9-]{3,63}$/).filter(isBucketName);
  const key = fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' });
  fc.assert(
    fc.property(bucket, key, (aBucket, aKey) => {
      const location = { bucket: aBucket, key: aKey };
      expect(parseObjectLocation(formatObjectLocation(location))).toEqual(location);
    }),
  );
});

describe('a prefix for results', () => {
  test.each(['s3://bucket', 's3://bucket/', 's3://bucket/a/b', `s3://bucket/${'k'.repeat(950)}`])(
    'may be "%s"',
    (uri) => {
      expect(isObjectPrefix(uri)).toBe(true);
    },
  );

  test.each(['s3://', 's3://b', 's3://Results/a', '/tmp/results', `s3://bucket/${'é'.repeat(499)}`])(
    'cannot be "%s"',
    (uri) => {
      expect(isObjectPrefix(uri)).toBe(false);
    },
  );
});
