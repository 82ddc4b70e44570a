import { type KeyObject, hash } from 'node:crypto';
import { ANONYMOUS, type Caller } from '../../../../libs/core/access/caller.js';
import type { Authenticator } from '../../../../libs/engine/access/authenticate.js';
import type { AwsCall, SignedService } from '../../../../libs/wire/aws/aws-request.js';
import { header } from '../../../../libs/wire/aws/headers.js';
import { readPresignedV2, stringToSignV2 } from '../../../../libs/wire/s3/signing/presigned-v2.js';
import {
  CONTENT_HASH_HEADER,
  checkBodyIsThere,
  chunkSignaturesOf,
  signedPayload,
} from '../../../../libs/wire/s3/signing/signed-payload.js';
import { type RawRequest, canonicalRequest } from '../../../../libs/wire/signature/canonical-request.js';
import { SignatureError } from '../../../../libs/wire/signature/signature-flaw.js';
import {
  type SignedRequest,
  readAuthorization,
  readPresigned,
} from '../../../../libs/wire/signature/signed-request.js';
import { SIGNING_RULES, checkFreshness, checkSignedHeaders } from '../../../../libs/wire/signature/signing-rules.js';
import { stringToSign } from '../../../../libs/wire/signature/string-to-sign.js';
import { type ReadRequest, readBody } from '../../read-body.js';
import type { VerifiedCall } from '../admitted-call.js';
import { isSignatureOf } from './is-signature-of.js';
import type { SessionCredentials } from './session-credentials.js';
import { SignedChunks } from './signed-chunks.js';
import { SigningKeys } from './signing-keys.js';

/**
 * The longest signed body. Services other than S3 sign a hash of the body, so Ebb reads it first. No service takes a
 * longer one.
 */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const V2 = { algorithm: 'sha1', encoding: 'base64' } as const;

/** A call to one of AWS's services. */
export type SignableCall = AwsCall & { readonly service: SignedService };

/** The caller that a signature has proved, and the watch over the chunks that follow. */
type Verified = Required<Pick<VerifiedCall, 'caller'>> & Pick<VerifiedCall, 'chunkWatch'>;

/** The owner of the credentials in a request: the caller, and the secrets that it may have signed with. */
interface Signer {
  readonly accessKeyId: string;
  readonly caller: Caller;
  readonly secrets: readonly string[];
}

/**
 * Finds the caller of a request to one of AWS's services. If no key is needed, unknown credentials count as none.
 * Credentials of a known key are always verified.
 */
export class SignatureVerifier {
  private readonly signingKeys = new SigningKeys();

  constructor(
    private readonly authenticator: Pick<Authenticator, 'isUnknown' | 'mode' | 'secretsOf' | 'used'>,
    private readonly sessions: Pick<SessionCredentials, 'open'>,
    private readonly clock: { now(): number },
  ) {}

  /**
   * Returns the call as anonymous if that is certain at once: no key is needed, and the request bears no known
   * credentials. Otherwise returns `undefined`.
   */
  verifyAtOnce({ headers }: ReadRequest, call: SignableCall): VerifiedCall | undefined {
    if (this.authenticator.mode !== 'open' || call.presigned) return undefined;
    if (header(headers, 'x-amz-security-token') !== undefined) return undefined;
    const { credential } = call;
    const isNobody = credential === undefined || this.authenticator.isUnknown(credential.accessKeyId);
    return isNobody ? { ...call, caller: ANONYMOUS } : undefined;
  }

  /** Verifies the signature, if one is needed. Raises `SignatureError` and `BodyTooLarge`. */
  async verify(request: ReadRequest, call: SignableCall): Promise<VerifiedCall> {
    const query = queryOf(request.url);
    const isOpen = this.authenticator.mode === 'open';
    // If no key is needed, unknown credentials are not checked any further.
    if (isOpen && !(await this.isKnown(request, call, query))) return { ...call, caller: ANONYMOUS };
    const { authorization } = request.headers;
    if (authorization === undefined && !call.presigned) throw new SignatureError({ kind: 'absent' });
    if (authorization !== undefined && call.presigned) throw new SignatureError({ kind: 'ambiguous' });
    // A signature of version 4 covers the parameters of version 2, but not the other way round.
    const isV2 = call.presigned && call.service === 's3' && !query.has('X-Amz-Signature');
    const verified = isV2 ? await this.verifyV2(request, query) : await this.verifyV4(request, call, query);
    await this.authenticator.used(verified.caller);
    return { ...call, ...verified };
  }

  private async isKnown(request: ReadRequest, call: SignableCall, query: URLSearchParams): Promise<boolean> {
    const accessKeyId = call.credential?.accessKeyId ?? query.get('AWSAccessKeyId');
    if (!accessKeyId) return false;
    const token = header(request.headers, 'x-amz-security-token') ?? query.get('X-Amz-Security-Token') ?? undefined;
    const session = token === undefined ? undefined : this.sessions.open(accessKeyId, token);
    return (await this.authenticator.secretsOf(session ? (session.keyId ?? '') : accessKeyId)) !== undefined;
  }

  private async verifyV4(
    request: ReadRequest,
    { presigned, service }: SignableCall,
    query: URLSearchParams,
  ): Promise<Verified> {
    const rules = SIGNING_RULES[service];
    const signed = presigned
      ? readPresigned(query, rules.names)
      : readAuthorization(request.headers.authorization!, request.headers, rules.names);
    const signer = await this.signer(signed.accessKeyId, signed.sessionToken);
    // S3 has its own rules for when a presigned URL is valid, which hold also if no key is needed.
    if (service !== 's3' || !presigned) checkFreshness(signed, rules.skewMs, this.clock.now());
    checkSignedHeaders(signed, Object.keys(request.headers));
    const payload = service === 's3' ? s3Payload(request, signed, query) : await bodyHash(request);
    const key = this.matchingKey(signed, signer, canonicalRequest(rawOf(request), signed, payload, rules.path));
    if (service === 's3') checkBodyIsThere(payload, request.headers);
    const chunks = chunkSignaturesOf(payload);
    return { caller: signer.caller, ...(chunks && { chunkWatch: new SignedChunks(signed, key, chunks.hasTrailers) }) };
  }

  /** Returns the key that the request was signed with. Raises `SignatureError` if none of the secrets fits. */
  private matchingKey(signed: SignedRequest, { accessKeyId, secrets }: Signer, canonical: string): KeyObject {
    // The canonical request has one character for each byte.
    const text = stringToSign(signed, hash('sha256', Buffer.from(canonical, 'latin1')));
    const { signature } = signed;
    for (const secret of secrets) {
      const key = this.signingKeys.get(secret, signed.scope);
      if (isSignatureOf(text, signature, key)) return key;
    }
    throw new SignatureError({
      kind: 'mismatch',
      accessKeyId,
      signature,
      stringToSign: text,
      canonicalRequest: canonical,
    });
  }

  private async verifyV2(request: ReadRequest, query: URLSearchParams): Promise<Verified> {
    const presigned = readPresignedV2(query);
    if (!presigned) throw new SignatureError({ kind: 'absent' });
    const { accessKeyId, signature, sessionToken } = presigned;
    const signer = await this.signer(accessKeyId, sessionToken);
    const text = stringToSignV2(rawOf(request), request.headers, query);
    if (!signer.secrets.some((secret) => isSignatureOf(text, signature, secret, V2))) {
      throw new SignatureError({ kind: 'mismatch', accessKeyId, signature, stringToSign: text });
    }
    return { caller: signer.caller };
  }

  private async signer(accessKeyId: string, sessionToken: string | undefined): Promise<Signer> {
    const session = sessionToken === undefined ? undefined : this.sessions.open(accessKeyId, sessionToken);
    if (sessionToken !== undefined && !session) throw new SignatureError({ kind: 'session', problem: 'invalid' });
    // A session ends with the key that it was issued to.
    const found = await this.authenticator.secretsOf(session ? (session.keyId ?? '') : accessKeyId);
    if (!found) throw new SignatureError({ kind: 'unknown-key', accessKeyId });
    if (!session) return { accessKeyId, ...found };
    if (this.clock.now() >= session.expiresAt) throw new SignatureError({ kind: 'session', problem: 'expired' });
    return { accessKeyId, caller: found.caller, secrets: [session.secretAccessKey] };
  }
}

/**
 * Returns the hash of the body that the request signs, and puts it into the header in which S3's payload is looked up.
 */
function s3Payload({ headers }: ReadRequest, signed: SignedRequest, query: URLSearchParams): string {
  const payload = signedPayload(signed, headers, query);
  if (signed.placement === 'query' && query.has('X-Amz-Content-Sha256')) headers[CONTENT_HASH_HEADER] = payload;
  return payload;
}

/** Returns the hash of the body, and keeps the body for the surface that answers. */
async function bodyHash(request: ReadRequest): Promise<string> {
  request.rawBody ??= await readBody(request, MAX_BODY_BYTES);
  return hash('sha256', request.rawBody);
}

function rawOf({ method = 'GET', url = '/', rawHeaders }: ReadRequest): RawRequest {
  return { method, url, rawHeaders };
}

const NO_QUERY = new URLSearchParams();

function queryOf(url = '/'): URLSearchParams {
  const question = url.indexOf('?');
  return question === -1 ? NO_QUERY : new URLSearchParams(url.slice(question + 1));
}
