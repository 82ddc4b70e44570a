import { describe, expect, it } from 'vitest';
import { parseCopySource } from './copy-source.js';

describe('the source of a copy', () => {
  it.each([
    ['photos/a/b.txt', 'a/b.txt'],
    ['/photos/a%20b%3Fc+d', 'a b?c+d'],
    ['photos/what?', 'what?'],
    ['photos/a?versionId=null', 'a'],
    ['photos%2Fa', 'a'],
  ])('%s is the key %s', (text, key) => {
    expect(parseCopySource(text)).toEqual({ bucket: 'photos', key });
  });

  it.each([
    ['photos', 'InvalidArgument'],
    ['', 'InvalidArgument'],
    ['../secret', 'InvalidBucketName'],
    ['photos/a?versionId=7', 'NoSuchVersion'],
    ['arn:aws:s3:us-east-1:1:accesspoint/a/object/b', 'NotImplemented'],
  ])('%s is refused', (text, code) => {
    expect(() => parseCopySource(text)).toThrow(expect.objectContaining({ code }));
  });
});
