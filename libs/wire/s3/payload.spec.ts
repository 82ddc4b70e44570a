import { describe, expect, it } from 'vitest';
import { payloadOf } from './payload.js';

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('the description of a body in headers', () => {
  it('is the length alone if there is no claim', () => {
    expect(payloadOf({ 'content-length': '5' })).toMatchObject({ sizeBytes: 5, chunked: false, claims: [] });
  });

  it('has every claim that must hold', () => {
    const payload = payloadOf({
      'content-length': '0',
      'content-md5': '1B2M2Y8AsgTpgAmY7PhCfg==',
      'x-amz-content-sha256': EMPTY_SHA256,
      'x-amz-checksum-crc32': 'AAAAAA==',
    });
    expect(payload.claims.map(({ algorithm, otherwise }) => [algorithm, otherwise])).toEqual([
      ['sha256', 'XAmzContentSHA256Mismatch'],
      ['crc32', 'BadDigest'],
      ['md5', 'BadDigest'],
    ]);
  });

  it('has the length without framing if the body is framed', () => {
    const payload = payloadOf({
      'content-length': '62',
      'content-encoding': 'gzip,aws-chunked',
      'x-amz-decoded-content-length': '11',
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-trailer': 'x-amz-checksum-crc64nvme',
      'x-amz-sdk-checksum-algorithm': 'CRC64NVME',
    });
    expect(payload).toMatchObject({ sizeBytes: 11, chunked: true, trailing: 'crc64nvme' });
  });

  it.each([
    ['no length', {}, 'MissingContentLength'],
    ['no length without framing', { 'content-length': '9', 'content-encoding': 'aws-chunked' }, 'MissingContentLength'],
    ['more than 5 GiB', { 'content-length': String(5 * 1024 ** 3 + 1) }, 'EntityTooLarge'],
    ['a truncated MD5', { 'content-length': '0', 'content-md5': 'abcd' }, 'InvalidDigest'],
    ['a CRC32 of the wrong length', { 'content-length': '0', 'x-amz-checksum-crc32': 'AAAA' }, 'InvalidRequest'],
    ['an unknown checksum', { 'content-length': '0', 'x-amz-checksum-adler': 'AAAA' }, 'InvalidRequest'],
    [
      'two checksums',
      { 'content-length': '0', 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-crc32c': 'AAAAAA==' },
      'InvalidRequest',
    ],
    [
      'a checksum that is announced but not sent',
      { 'content-length': '0', 'x-amz-sdk-checksum-algorithm': 'CRC32' },
      'InvalidRequest',
    ],
    ['an unknown trailer', { 'content-length': '0', 'x-amz-trailer': 'x-amz-meta-a' }, 'InvalidRequest'],
    ['a truncated content hash', { 'content-length': '0', 'x-amz-content-sha256': 'e3b0' }, 'InvalidArgument'],
    [
      'an unknown way of streaming',
      { 'x-amz-decoded-content-length': '0', 'x-amz-content-sha256': 'STREAMING-SOMEHOW' },
      'InvalidArgument',
    ],
  ])('is refused with %s', (_, headers, code) => {
    expect(() => payloadOf(headers)).toThrow(expect.objectContaining({ code }));
  });
});
