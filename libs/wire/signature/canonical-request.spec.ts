import { describe, expect, it } from 'vitest';
import { type PathRule, canonicalRequest } from './canonical-request.js';

/** Returns the lines of method, path, query and headers. */
function linesOf(
  { url = '/', rawHeaders = [], signedHeaders = [] }: { url?: string; rawHeaders?: string[]; signedHeaders?: string[] },
  rule: PathRule = 'once',
  placement: 'header' | 'query' = 'header',
): string[] {
  return canonicalRequest({ method: 'GET', url, rawHeaders }, { placement, signedHeaders }, 'HASH', rule).split('\n');
}

describe('the canonical path', () => {
  it.each([
    ['/', '/', '/'],
    ['', '/', '/'],
    ['/a/b', '/a/b', '/a/b'],
    ['/a%20b', '/a%20b', '/a%2520b'],
    ['/a+b', '/a%2Bb', '/a%2Bb'],
    ['/a%2fb', '/a%2Fb', '/a%252fb'],
    ["/it's(a)*", '/it%27s%28a%29%2A', '/it%27s%28a%29%2A'],
    ['/a//b/../c/./', '/a//b/../c/./', '/a/c/'],
    ['/%', '/%25', '/%25'],
    ['/\xc3\xbc', '/%C3%BC', '/%C3%BC'],
    ['http://host:7070/a?b', '/a', '/a'],
  ])('of %j is %j for S3, and %j for other services', (url, once, twice) => {
    expect([linesOf({ url })[1], linesOf({ url }, 'twice')[1]]).toEqual([once, twice]);
  });
});

describe('the canonical query', () => {
  it.each([
    ['b=2&a=1', 'a=1&b=2'],
    ['a=2&a=10&a=1', 'a=1&a=10&a=2'],
    ['a-b=1&a=2', 'a=2&a-b=1'],
    ['a', 'a='],
    ['&&a=', 'a='],
    ['a=b=c', 'a=b%3Dc'],
    // A plus in a query stands for a space.
    ['a=b+c', 'a=b%20c'],
    ['a=b%2Bc', 'a=b%2Bc'],
    ['a=%2f', 'a=%2F'],
    ['X-Amz-Signature=s', 'X-Amz-Signature=s'],
  ])('of %j is %j', (query, canonical) => {
    expect(linesOf({ url: `/?${query}` })[2]).toBe(canonical);
  });

  it('of a presigned URL leaves out its signature', () => {
    expect(linesOf({ url: '/?b=1&X-Amz-Signature=s&X-Amz-Date=d' }, 'once', 'query')[2]).toBe('X-Amz-Date=d&b=1');
  });
});

describe('the canonical headers', () => {
  it('are the signed headers, trimmed and joined', () => {
    const rawHeaders = ['Host', 'h:1', 'X-A', '  a \t b  ', 'x-a', 'c', 'Accept', 'no', 'X-B', '\xc3\xa0'];
    const lines = linesOf({ rawHeaders, signedHeaders: ['host', 'x-a', 'x-b', 'x-none'] });
    // The last byte of à is not a space, although the character with its number is.
    expect(lines.slice(3)).toEqual([
      'host:h:1',
      'x-a:a b,c',
      'x-b:\xc3\xa0',
      'x-none:',
      '',
      'host;x-a;x-b;x-none',
      'HASH',
    ]);
  });
});
