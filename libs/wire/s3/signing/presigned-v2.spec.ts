import { describe, expect, it } from 'vitest';
import { readPresignedV2, stringToSignV2 } from './presigned-v2.js';

const query = (text: string) => new URLSearchParams(`AWSAccessKeyId=AKIA&Signature=c2ln&Expires=1175139620${text}`);
const sign = (url: string, headers: Record<string, string> = {}, more = '') =>
  stringToSignV2({ method: 'GET', url }, headers, query(more));

describe('a presigned URL with Signature V2', () => {
  it('names its signer, and is recognized only with all of its parameters', () => {
    expect(readPresignedV2(query('&x-amz-security-token=token'))).toEqual({
      accessKeyId: 'AKIA',
      signature: 'c2ln',
      sessionToken: 'token',
    });
    for (const missing of ['AWSAccessKeyId', 'Signature', 'Expires']) {
      const rest = query('');
      rest.delete(missing);
      expect(readPresignedV2(rest)).toBeUndefined();
    }
  });

  it.each<[string, string, Record<string, string>, string, string]>([
    ['its path', '/bucket/a%20b?x', {}, '', 'GET\n\n\n1175139620\n/bucket/a%20b'],
    ['a bucket in the host', '/a', { host: 'bucket.s3.localhost' }, '', 'GET\n\n\n1175139620\n/bucket/a'],
    [
      'headers that describe the body',
      '/b/a',
      { 'content-type': 'text/plain', 'content-md5': 'md5' },
      '&content-type=text/other',
      'GET\nmd5\ntext/plain\n1175139620\n/b/a',
    ],
    ['those headers in the query', '/b/a', {}, '&content-type=text/other', 'GET\n\ntext/other\n1175139620\n/b/a'],
    [
      'headers of AWS’s',
      '/b/a',
      { 'x-amz-meta-b': ' 2 ', 'x-amz-meta-a': '1' },
      '&x-amz-security-token=t',
      'GET\n\n\n1175139620\nx-amz-meta-a:1\nx-amz-meta-b:2\nx-amz-security-token:t\n/b/a',
    ],
    [
      'parameters that select the operation, and not parameters that only refine it',
      '/b/a?x',
      {},
      '&uploadId=u&partNumber=2&uploads&response-content-type=a/b&prefix=p',
      'GET\n\n\n1175139620\n/b/a?partNumber=2&response-content-type=a/b&uploadId=u&uploads',
    ],
  ])('signs %s', (_, url, headers, more, text) => {
    expect(sign(url, headers, more)).toBe(text);
  });
});
