import { describe, expect, it } from 'vitest';
import { type SignedRequest, readAuthorization, readPresigned, toTimestamp } from './signed-request.js';
import { checkFreshness, checkSignedHeaders } from './signing-rules.js';

const SIGNED_AT = Date.UTC(2026, 0, 2, 3, 4, 5);
const DATE = { 'x-amz-date': '20260102T030405Z' };
const CREDENTIAL = 'AKIA/20260102/eu-west-1/s3/aws4_request';
const header = (credential = CREDENTIAL, rest = 'SignedHeaders=host;x-amz-date, Signature=abc') =>
  `AWS4-HMAC-SHA256 Credential=${credential}, ${rest}`;
const presigned = (changes: Record<string, string> = {}) =>
  new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': CREDENTIAL,
    'X-Amz-Date': '20260102T030405Z',
    'X-Amz-Expires': '60',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': 'abc',
    ...changes,
  });
const flawed = (flaw: object) => expect.objectContaining({ flaw: expect.objectContaining(flaw) });

describe('the signature of a request', () => {
  it.each([
    ['with commas and spaces', header()],
    ['with commas alone', header().replaceAll(', ', ',')],
    ['in another order', `AWS4-HMAC-SHA256 Signature=abc, SignedHeaders=Host;X-Amz-Date, Credential=${CREDENTIAL}`],
  ])('is read from a header %s', (_, authorization) => {
    expect(readAuthorization(authorization, { ...DATE, 'x-amz-security-token': 'token' }, ['s3'])).toEqual({
      placement: 'header',
      accessKeyId: 'AKIA',
      scope: { date: '20260102', region: 'eu-west-1', service: 's3' },
      timestamp: '20260102T030405Z',
      signedAt: SIGNED_AT,
      signedHeaders: ['host', 'x-amz-date'],
      signature: 'abc',
      sessionToken: 'token',
    });
  });

  it('is read from a presigned URL', () => {
    expect(readPresigned(presigned({ 'X-Amz-Security-Token': 'token' }), ['s3'])).toMatchObject({
      placement: 'query',
      accessKeyId: 'AKIA',
      signedAt: SIGNED_AT,
      sessionToken: 'token',
      signature: 'abc',
      signedHeaders: ['host'],
      validSeconds: 60,
    });
  });

  it('may have its time in the Date header of HTTP', () => {
    const signed = readAuthorization(header(), { date: 'Fri, 02 Jan 2026 03:04:05 GMT' }, ['s3']);
    expect(signed).toMatchObject({ timestamp: '20260102T030405Z', signedAt: SIGNED_AT });
  });

  it.each<[string, Record<string, string>, object]>([
    ['AWS AKIA:abc', DATE, { kind: 'algorithm', got: 'AWS' }],
    ['AWS4-ECDSA-P256-SHA256 Credential=a', DATE, { kind: 'algorithm', got: 'AWS4-ECDSA-P256-SHA256' }],
    ['a-token-of-its-own', DATE, { kind: 'algorithm', got: '' }],
    ['AWS4-HMAC-SHA256 Credential', DATE, { kind: 'component', got: 'Credential' }],
    [
      `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}`,
      DATE,
      { kind: 'incomplete', missing: ['Signature', 'SignedHeaders'] },
    ],
    [header(), {}, { kind: 'undated' }],
    [header(), { 'x-amz-date': 'yesterday' }, { kind: 'undated', got: 'yesterday' }],
    [header(), { 'x-amz-date': '20260132T000000Z' }, { kind: 'undated' }],
    [header('AKIA/20260102/s3/aws4_request'), DATE, { flaw: { part: 'shape', got: 'AKIA/20260102/s3/aws4_request' } }],
    [header('AKIA//eu/s3/aws4_request'), DATE, { kind: 'credential' }],
    [header('AKIA/2026/eu/s3/aws4_request'), DATE, { flaw: { part: 'date', got: '2026' } }],
    [header('AKIA/20260102/eu/s3/aws5'), DATE, { flaw: { part: 'terminator', got: 'aws5' } }],
    [header('AKIA/20260102/eu/ec2/aws4_request'), DATE, { flaw: { part: 'service', got: 'ec2', expected: 's3' } }],
    [header('AKIA/20260103/eu/s3/aws4_request'), DATE, { kind: 'credential' }],
  ])('is refused in the header %s with %j', (authorization, headers, flaw) => {
    expect(() => readAuthorization(authorization, headers, ['s3'])).toThrow(flawed({ ...flaw }));
  });

  it.each<[Record<string, string>, object]>([
    [{ 'X-Amz-Signature': '' }, { kind: 'incomplete', placement: 'query', missing: ['X-Amz-Signature'] }],
    [{ 'X-Amz-Algorithm': 'AWS4-ECDSA-P256-SHA256' }, { kind: 'algorithm', placement: 'query' }],
    [{ 'X-Amz-Date': 'now' }, { kind: 'undated', placement: 'query' }],
    [{ 'X-Amz-Expires': '604801' }, { kind: 'validity' }],
    [{ 'X-Amz-Expires': '-1' }, { kind: 'validity' }],
    [{ 'X-Amz-Expires': 'ever' }, { kind: 'validity' }],
  ])('is refused in a presigned URL with %j', (changes, flaw) => {
    expect(() => readPresigned(presigned(changes), ['s3'])).toThrow(flawed(flaw));
  });
});

describe('a signature is fresh', () => {
  const signed: SignedRequest = readAuthorization(header(), DATE, ['s3']);
  const skewMs = 300_000;

  it('while it is at most the accepted difference of clocks from now, to the millisecond', () => {
    for (const now of [SIGNED_AT - skewMs, SIGNED_AT, SIGNED_AT + skewMs]) {
      expect(() => checkFreshness(signed, skewMs, now)).not.toThrow();
    }
    for (const now of [SIGNED_AT - skewMs - 1, SIGNED_AT + skewMs + 1]) {
      expect(() => checkFreshness(signed, skewMs, now)).toThrow(flawed({ kind: 'skewed', now, allowedMs: skewMs }));
    }
  });

  it('in a presigned URL until the stated validity ends', () => {
    const address = readPresigned(presigned(), ['s3']);
    expect(() => checkFreshness(address, skewMs, SIGNED_AT + 60_000)).not.toThrow();
    expect(() => checkFreshness(address, skewMs, SIGNED_AT + 60_001)).toThrow(flawed({ allowedMs: 60_000 }));
    expect(() => checkFreshness(address, skewMs, SIGNED_AT - skewMs - 1)).toThrow(flawed({ allowedMs: skewMs }));
  });
});

describe('a signature covers', () => {
  const signed = readAuthorization(header(), DATE, ['s3']);

  it('the host and all of AWS’s headers, except the hash of the body', () => {
    const covered = ['host', 'x-amz-date', 'x-amz-content-sha256', 'x-amzn-trace-id', 'user-agent'];
    expect(() => checkSignedHeaders(signed, covered)).not.toThrow();
    expect(() => checkSignedHeaders(signed, [...covered, 'x-amz-acl'])).toThrow(flawed({ names: ['x-amz-acl'] }));
    expect(() => checkSignedHeaders({ ...signed, signedHeaders: [] }, ['host'])).toThrow(flawed({ names: ['host'] }));
  });
});

it('writes times in the form that signatures use', () => {
  expect(toTimestamp(SIGNED_AT + 999)).toBe('20260102T030405Z');
});
