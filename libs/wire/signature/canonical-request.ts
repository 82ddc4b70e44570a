import type { SignedRequest } from './signed-request.js';

/** A request as received: each character of its texts stands for one byte. */
export interface RawRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
}

/**
 * The way that a service writes paths: S3 escapes each byte once; other services normalize the path and escape it a
 * second time.
 */
export type PathRule = 'once' | 'twice';

/** Returns the signed parts of a request in the one form that client and service agree on. */
export function canonicalRequest(
  { method, url, rawHeaders }: RawRequest,
  { placement, signedHeaders }: Pick<SignedRequest, 'placement' | 'signedHeaders'>,
  payloadHash: string,
  rule: PathRule,
): string {
  // Clients of a proxy send the whole URL in the request line.
  const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/i, '');
  const question = target.indexOf('?');
  const path = question === -1 ? target : target.slice(0, question);
  const query = question === -1 ? '' : canonicalQuery(target.slice(question + 1), placement === 'query');
  const values = headerValues(rawHeaders);
  const lines = signedHeaders.map((name) => `${name}:${values.get(name) ?? ''}\n`).join('');
  const uri = rule === 'once' ? escapedOnce(path || '/') : escapedTwice(tidied(path));
  return `${method}\n${uri}\n${query}\n${lines}\n${signedHeaders.join(';')}\n${payloadHash}`;
}

const PLAIN_PATH = /^\/[\w.~/-]*$/;

function escapedOnce(path: string): string {
  if (PLAIN_PATH.test(path)) return path;
  return path
    .split('/')
    .map((segment) => escaped(unescaped(segment)))
    .join('/');
}

function escapedTwice(path: string): string {
  return path.split('/').map(escaped).join('/');
}

function tidied(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}${kept.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

/** Orders the parameters by escaped name, then by value. The signature is not part of what it signs. */
function canonicalQuery(search: string, isPresigned: boolean): string {
  if (search === '') return '';
  const pairs: [string, string][] = [];
  for (const parameter of search.split('&')) {
    if (parameter === '') continue;
    const equals = parameter.indexOf('=');
    const name = equals === -1 ? parameter : parameter.slice(0, equals);
    const value = equals === -1 ? '' : parameter.slice(equals + 1);
    if (isPresigned && name === 'X-Amz-Signature') continue;
    pairs.push([canonicalText(name), canonicalText(value)]);
  }
  pairs.sort(([a, x], [b, y]) => compare(a, b) || compare(x, y));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

// A plus is read as a space everywhere, so it must be signed as a space; otherwise one could replace the other.
function canonicalText(text: string): string {
  return escaped(unescaped(text.replaceAll('+', ' ')));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// `\s` and `trim()` would also match characters that are bytes of other characters here.
const SPACES = /[ \t\r\n\f\v]+/g;
const OUTER_SPACES = /^[ \t\r\n\f\v]+|[ \t\r\n\f\v]+$/g;

function headerValues(rawHeaders: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    const value = rawHeaders[at + 1]!.replace(OUTER_SPACES, '').replace(SPACES, ' ');
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return values;
}

function unescaped(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9a-f]{2})/gi, (_, byte: string) => String.fromCharCode(Number.parseInt(byte, 16)));
}

function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9\-._~]/g, escapedByte);
}

function escapedByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
