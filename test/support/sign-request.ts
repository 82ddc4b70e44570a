import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

/** What a request is signed with. */
export interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly service: string;
  readonly region?: string;
  /** As the signer's clock has it. */
  readonly at?: Date;
}

export interface RequestToSign {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Signs as the JavaScript SDK does, in headers; the result has all headers. */
export async function signHeaders(signer: Signer, request: RequestToSign): Promise<Record<string, string>> {
  const { headers } = await signatureV4(signer).sign(httpRequest(request), signerOptions(signer));
  return headers;
}

/** Signs as the JavaScript SDK does, in the address; the result is the address. */
export async function presign(signer: Signer, request: RequestToSign, expiresIn = 60): Promise<string> {
  const { path, query } = await signatureV4(signer).presign(httpRequest(request), {
    ...signerOptions(signer),
    expiresIn,
  });
  const parameters = Object.entries(query ?? {}).flatMap(([name, values]) =>
    [values].flat().map((value) => `${escape(name)}=${escape(value ?? '')}`),
  );
  return `${new URL(request.url).origin}${path}?${parameters.join('&')}`;
}

/** What a body in chunks is signed by: the moment and the signature of its request. */
export interface ChunkSeed {
  readonly timestamp: string;
  readonly signature: string;
}

/** A body in chunks, each of them signed; so is the trailing header, where there is one. */
export function signChunks(
  { secretAccessKey, region = 'us-east-1' }: Signer,
  { timestamp, signature }: ChunkSeed,
  chunks: readonly string[],
  trailer?: string,
): string {
  const date = timestamp.slice(0, 8);
  const scope = `${date}/${region}/s3/aws4_request`;
  const key = [date, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  let previous = signature;
  const sign = (kind: string, ...hashes: readonly string[]): string =>
    (previous = hmac(key, [kind, timestamp, scope, previous, ...hashes].join('\n')).toString('hex'));
  const framed = [...chunks, ''].map((chunk) => {
    const size = Buffer.byteLength(chunk).toString(16);
    const line = `${size};chunk-signature=${sign('AWS4-HMAC-SHA256-PAYLOAD', sha256(''), sha256(chunk))}\r\n`;
    return chunk === '' ? line : `${line}${chunk}\r\n`;
  });
  if (trailer === undefined) return `${framed.join('')}\r\n`;
  const last = sign('AWS4-HMAC-SHA256-TRAILER', sha256(`${trailer}\n`));
  return `${framed.join('')}${trailer}\r\nx-amz-trailer-signature:${last}\r\n\r\n`;
}

type SignerParts = ConstructorParameters<typeof SignatureV4>[0];

function signatureV4({ accessKeyId, secretAccessKey, sessionToken, service, region = 'us-east-1' }: Signer) {
  return new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    region,
    service,
    sha256: Sha256 as unknown as SignerParts['sha256'],
    uriEscapePath: service !== 's3',
    applyChecksum: true,
  });
}

function signerOptions({ at }: Signer): { readonly signingDate?: Date } {
  return at ? { signingDate: at } : {};
}

function httpRequest({ method, url, headers = {}, body }: RequestToSign): Parameters<SignatureV4['sign']>[0] {
  const { protocol, hostname, host, port, pathname, searchParams } = new URL(url);
  const query: Record<string, string[]> = {};
  for (const [name, value] of searchParams) (query[name] ??= []).push(value);
  return {
    method,
    protocol,
    hostname,
    port: Number(port),
    path: pathname,
    query,
    headers: { host, ...headers },
    ...(body !== undefined && { body }),
  };
}

class Sha256 {
  private readonly hash;

  constructor(secret?: string | Uint8Array) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }

  update(bytes: string | Uint8Array): void {
    this.hash.update(bytes);
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function escape(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
}
