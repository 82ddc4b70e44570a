import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canonicalRequest } from '../../../../libs/wire/signature/canonical-request.js';
import {
  type SignedRequest,
  readAuthorization,
  readPresigned,
} from '../../../../libs/wire/signature/signed-request.js';
import { stringToSign } from '../../../../libs/wire/signature/string-to-sign.js';
import { isSignatureOf } from './is-signature-of.js';
import { SigningKeys } from './signing-keys.js';

/** AWS's own test suite for signers, as signed requests. */
interface TestSuite {
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly cases: readonly { readonly name: string; readonly header: string; readonly query?: string }[];
}

const FIXTURE = new URL('./aws-test-suite.json', import.meta.url);
const { cases, credentials } = JSON.parse(readFileSync(FIXTURE, 'utf8')) as TestSuite;

/** The credentials, scope and time that every case of the suite names. */
const NAMED = {
  accessKeyId: credentials.accessKeyId,
  scope: { date: '20150830', region: 'us-east-1', service: 'service' },
  signedAt: Date.UTC(2015, 7, 30, 12, 36),
};

describe("AWS's test suite", () => {
  it.each(cases.map(({ name, header }) => [name, header]))('verifies %s, signed in a header', (name, text) => {
    const request = parse(text);
    const headers = headersOf(request.rawHeaders);
    const signed = readAuthorization(headers['authorization']!, headers, ['service']);
    expect(signed).toMatchObject(NAMED);
    expect(isRight(name, request, signed)).toBe(true);
  });

  it.each(cases.flatMap(({ name, query }) => (query ? [[name, query]] : [])))(
    'verifies %s, signed in its address',
    (name, text) => {
      const request = parse(text);
      const query = new URLSearchParams(request.url.slice(request.url.indexOf('?')));
      const signed = readPresigned(query, ['service']);
      expect(signed).toMatchObject(NAMED);
      expect(isRight(name, request, signed)).toBe(true);
    },
  );
});

function isRight(name: string, request: ReturnType<typeof parse>, signed: SignedRequest): boolean {
  // Every service except S3 signs paths in the way that the suite calls normalized.
  const rule = name.endsWith('-unnormalized') ? 'once' : 'twice';
  const canonical = canonicalRequest(request, signed, sha256(request.body), rule);
  const key = new SigningKeys().get(credentials.secretAccessKey, signed.scope);
  return isSignatureOf(stringToSign(signed, sha256(canonical)), signed.signature, key);
}

/** Parses a request of the suite, which writes characters where the wire has bytes. */
function parse(text: string) {
  const [head, body] = Buffer.from(text).toString('latin1').split('\n\n') as [string, string];
  const [line, ...lines] = head.replace(/\n +/g, ' ').split('\n') as [string, ...string[]];
  const [, method, url] = /^(\w+) (.*) HTTP\/1\.1$/.exec(line) as unknown as [string, string, string];
  const rawHeaders = lines.flatMap((header) => /^([^:]+):(.*)$/s.exec(header)!.slice(1));
  return { method, url, rawHeaders, body };
}

function headersOf(rawHeaders: readonly string[]): Record<string, string> {
  const names = rawHeaders.filter((_, at) => at % 2 === 0);
  return Object.fromEntries(names.map((name, at) => [name.toLowerCase(), rawHeaders[2 * at + 1]!]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex');
}
