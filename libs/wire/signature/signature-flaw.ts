/** The place of a request's signature: the `Authorization` header, or the query of a presigned URL. */
export type Placement = 'header' | 'query';

/** A flaw of the credential that a signature names. */
export type CredentialFlaw =
  | { readonly part: 'shape'; readonly got: string }
  | { readonly part: 'date'; readonly got: string }
  /** The day of the credential differs from the day of the request. */
  | { readonly part: 'day'; readonly got: string; readonly timestamp: string }
  | { readonly part: 'service'; readonly got: string; readonly expected: string }
  | { readonly part: 'terminator'; readonly got: string };

/** The reason why a request's signature is refused. Each protocol has its own wording for it. */
export type SignatureFlaw =
  | { readonly kind: 'absent' }
  /** The request has a signature in the header and another in the query. */
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'algorithm'; readonly placement: Placement; readonly got: string }
  | { readonly kind: 'component'; readonly got: string }
  | { readonly kind: 'incomplete'; readonly placement: Placement; readonly missing: readonly string[] }
  | { readonly kind: 'undated'; readonly placement: Placement; readonly got?: string }
  | { readonly kind: 'credential'; readonly placement: Placement; readonly flaw: CredentialFlaw }
  | { readonly kind: 'validity'; readonly got: string }
  | { readonly kind: 'unhashed' }
  | { readonly kind: 'unsigned-headers'; readonly names: readonly string[] }
  | {
      readonly kind: 'skewed';
      readonly timestamp: string;
      readonly signedAt: number;
      readonly now: number;
      /** The largest accepted difference between the time of signing and now. */
      readonly allowedMs: number;
    }
  | { readonly kind: 'unknown-key'; readonly accessKeyId: string }
  | { readonly kind: 'session'; readonly problem: 'expired' | 'invalid' }
  | {
      readonly kind: 'mismatch';
      readonly accessKeyId: string;
      readonly signature: string;
      readonly stringToSign: string;
      /** Absent for Signature V2, which has no canonical request. */
      readonly canonicalRequest?: string;
    };

/** The error for a request whose signature is refused. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';

  constructor(readonly flaw: SignatureFlaw) {
    super(`The request's signature is refused: ${flaw.kind}.`);
  }
}
