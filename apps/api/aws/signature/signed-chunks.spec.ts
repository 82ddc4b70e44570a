import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ChunkedBody } from '../../../../libs/wire/s3/signing/chunked-body.js';
import { canonicalRequest } from '../../../../libs/wire/signature/canonical-request.js';
import { readAuthorization } from '../../../../libs/wire/signature/signed-request.js';
import { stringToSign } from '../../../../libs/wire/signature/string-to-sign.js';
import { isSignatureOf } from './is-signature-of.js';
import { SignedChunks } from './signed-chunks.js';
import { SigningKeys } from './signing-keys.js';

/** The examples of S3's documentation, "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks". */
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const SIGNING = { timestamp: '20130524T000000Z', scope: { date: '20130524', region: 'us-east-1', service: 's3' } };
const KEY = new SigningKeys().get(SECRET, SIGNING.scope);
const BIG = 'a'.repeat(65_536);
const SMALL = 'a'.repeat(1024);

const PLAIN = {
  seed: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  chunks: [
    'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
    '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
    'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
  ],
};
const TRAILED = {
  seed: '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
  chunks: [
    'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
    '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
    '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
  ],
  trailer: 'd81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435',
};

const chunk = (data: string, signature: string | undefined) =>
  `${data.length.toString(16)};chunk-signature=${signature}\r\n${data}\r\n`;

function framed([first, second, last]: readonly string[], ending = '\r\n'): string {
  return `${chunk(BIG, first)}${chunk(SMALL, second)}0;chunk-signature=${last}\r\n${ending}`;
}

function read(body: string, seed: string, hasTrailers = false, pieceBytes = 10_000): string {
  const chunks = new ChunkedBody(new SignedChunks({ ...SIGNING, signature: seed }, KEY, hasTrailers));
  const bytes = Buffer.from(body);
  let content = '';
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    for (const piece of chunks.push(bytes.subarray(at, at + pieceBytes))) content += Buffer.from(piece).toString();
  }
  chunks.finish();
  return content;
}

const trailer = (checksum: string, signature = TRAILED.trailer) =>
  `x-amz-checksum-crc32c:${checksum}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`;
const refused = expect.objectContaining({ code: 'SignatureDoesNotMatch', status: 403 });

describe('a body in signed chunks', () => {
  it('begins with the signature of the request', () => {
    const headers = {
      host: 's3.amazonaws.com',
      'x-amz-date': SIGNING.timestamp,
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': '66560',
      'content-length': '66824',
    };
    const authorization =
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,' +
      'SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;' +
      `x-amz-storage-class,Signature=${PLAIN.seed}`;
    const signed = readAuthorization(authorization, headers, ['s3']);
    const request = {
      method: 'PUT',
      url: '/examplebucket/chunkObject.txt',
      rawHeaders: Object.entries(headers).flat(),
    };
    const canonical = canonicalRequest(request, signed, headers['x-amz-content-sha256'], 'once');
    const text = stringToSign(signed, createHash('sha256').update(canonical).digest('hex'));
    expect(isSignatureOf(text, signed.signature, KEY)).toBe(true);
  });

  it.each([1, 7, 1000, 65_536, 100_000])('is read if each chunk is as signed, %i bytes at a time', (pieceBytes) => {
    expect(read(framed(PLAIN.chunks), PLAIN.seed, false, pieceBytes)).toBe(BIG + SMALL);
    expect(read(framed(TRAILED.chunks, trailer('sOO8/Q==')), TRAILED.seed, true, pieceBytes)).toBe(BIG + SMALL);
  });

  it.each([
    ['another seed', framed(PLAIN.chunks), TRAILED.seed],
    ['a byte changed', framed(PLAIN.chunks).replace('aaa\r', 'aab\r'), PLAIN.seed],
    ['the last byte changed', framed(PLAIN.chunks).replace(/a\r\n0;/, 'b\r\n0;'), PLAIN.seed],
    ['one signature wrong', framed([PLAIN.chunks[0]!, PLAIN.chunks[0]!, PLAIN.chunks[2]!]), PLAIN.seed],
    ['the last signature wrong', framed([PLAIN.chunks[0]!, PLAIN.chunks[1]!, PLAIN.chunks[0]!]), PLAIN.seed],
    ['no signatures', framed(PLAIN.chunks).replace(/;chunk-signature=\w+/g, ''), PLAIN.seed],
    ['trailers that nobody signed', framed(PLAIN.chunks, 'x-a: b\r\n\r\n'), PLAIN.seed],
  ])('is refused with %s', (_, body, seed) => {
    expect(() => read(body, seed)).toThrow(refused);
  });

  it.each([
    ['another checksum', trailer('sOO8/A==')],
    ['a wrong signature', trailer('sOO8/Q==', PLAIN.seed)],
    ['no signature', 'x-amz-checksum-crc32c:sOO8/Q==\r\n\r\n'],
    ['nothing', '\r\n'],
  ])('is refused with %s in its trailers', (_, ending) => {
    expect(() => read(framed(TRAILED.chunks, ending), TRAILED.seed, true)).toThrow(refused);
  });

  it('is refused at the end of the first changed chunk', () => {
    const chunks = new ChunkedBody(new SignedChunks({ ...SIGNING, signature: PLAIN.seed }, KEY, false));
    const first = framed(PLAIN.chunks).slice(0, 66_000).replace('aaa', 'aba');
    expect(() => [...chunks.push(Buffer.from(first))]).toThrow(refused);
  });

  it('is incomplete without its last chunk', () => {
    const body = framed(PLAIN.chunks);
    expect(() => read(body.slice(0, body.indexOf('\r\n0;')), PLAIN.seed)).toThrow(
      expect.objectContaining({ code: 'IncompleteBody' }),
    );
  });
});

const scopeIn = (region: string) => ({ date: '20150830', region, service: 's3' });

describe('a signing key', () => {
  it('is derived as AWS documents it, and only once', () => {
    const keys = new SigningKeys();
    const scope = { date: '20150830', region: 'us-east-1', service: 'iam' };
    const key = keys.get('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', scope);
    expect(key.export().toString('hex')).toBe('c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9');
    expect(keys.get('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', scope)).toBe(key);
  });

  it('is right for any number of scopes, of which only the newest are remembered', () => {
    const keys = new SigningKeys();
    const first = keys.get('secret', scopeIn('r0'));
    for (let at = 1; at <= 1000; at += 1) keys.get('secret', scopeIn(`r${at}`));
    expect(keys.get('secret', scopeIn('r0'))).not.toBe(first);
    expect(keys.get('secret', scopeIn('r0')).equals(first)).toBe(true);
  });
});

describe('a signature', () => {
  it('of version 2 uses SHA-1 and base64', () => {
    const text = 'GET\n\n\n1175139620\n/awsexamplebucket1/photos/puppy.jpg';
    const older = { algorithm: 'sha1', encoding: 'base64' } as const;
    const signature = createHmac('sha1', SECRET).update(text).digest('base64');
    expect(isSignatureOf(text, signature, SECRET, older)).toBe(true);
    expect(isSignatureOf(text, signature, 'other', older)).toBe(false);
  });

  it('is refused for another text, and if it is longer or shorter', () => {
    const signature = createHmac('sha256', KEY).update('text').digest('hex');
    expect(isSignatureOf('text', signature, KEY)).toBe(true);
    for (const wrong of ['', signature.slice(1), `${signature}0`, signature.toUpperCase(), `ä${signature.slice(1)}`]) {
      expect(isSignatureOf('text', wrong, KEY)).toBe(false);
    }
  });
});
