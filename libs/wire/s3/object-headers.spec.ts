import { describe, expect, it } from 'vitest';
import { descriptionOf, objectHeaders, overriddenHeaders, storedChecksum } from './object-headers.js';

const head = { sizeBytes: 1, etag: 'abc', modifiedAt: Date.UTC(2026, 0, 1) };

describe('the description of an object', () => {
  it('comes back as sent, without the framing of the transfer', () => {
    const sent = {
      'content-type': 'text/plain',
      'cache-control': 'no-cache',
      'content-encoding': 'gzip,aws-chunked',
      'x-amz-meta-colour': 'blue',
      host: 'localhost',
    };
    expect(objectHeaders({ ...head, ...descriptionOf(sent) })).toEqual({
      etag: '"abc"',
      'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
      'accept-ranges': 'bytes',
      'content-type': 'text/plain',
      'cache-control': 'no-cache',
      'content-encoding': 'gzip',
      'x-amz-meta-colour': 'blue',
    });
  });

  it('is separate from user metadata of the same name', () => {
    const description = descriptionOf({ 'x-amz-meta-cache-control': 'mine', 'cache-control': 'theirs' });
    expect(objectHeaders({ ...head, ...description })).toMatchObject({
      'x-amz-meta-cache-control': 'mine',
      'cache-control': 'theirs',
    });
  });

  it('has S3’s default type if none was given, and no encoding if there was only framing', () => {
    const headers = objectHeaders({ ...head, ...descriptionOf({ 'content-encoding': 'aws-chunked' }) });
    expect(headers).toMatchObject({ 'content-type': 'binary/octet-stream' });
    expect(headers).not.toHaveProperty('content-encoding');
  });

  it('holds the checksum, which is not among the headers', () => {
    const object = { ...head, ...descriptionOf({}, { algorithm: 'crc32', value: 'AAAAAA==' }) };
    expect(storedChecksum(object)).toEqual({ algorithm: 'crc32', value: 'AAAAAA==' });
    expect(JSON.stringify(objectHeaders(object))).not.toContain('AAAAAA==');
  });

  it('has at most 2,048 bytes of user metadata', () => {
    expect(descriptionOf({ 'x-amz-meta-k': 'v'.repeat(2047) }).metadata['k']).toHaveLength(2047);
    expect(() => descriptionOf({ 'x-amz-meta-k': 'v'.repeat(2048) })).toThrow(
      expect.objectContaining({ code: 'MetadataTooLarge' }),
    );
  });
});

describe('headers that a URL asks for', () => {
  it('replace the stored ones, in UTF-8', () => {
    const query = new URLSearchParams({ 'response-content-disposition': 'attachment; filename="ü"' });
    const value = overriddenHeaders(query)['content-disposition']!;
    expect(Buffer.from(value, 'latin1').toString('utf8')).toBe('attachment; filename="ü"');
  });

  it('cannot add further headers', () => {
    const query = new URLSearchParams({ 'response-content-type': 'a\r\nset-cookie: b' });
    expect(() => overriddenHeaders(query)).toThrow(expect.objectContaining({ code: 'InvalidArgument' }));
  });
});
