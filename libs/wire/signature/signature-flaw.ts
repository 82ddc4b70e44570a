/** Where a request carries its signature: in the `Authorization` header, or in the query of a presigned address. */
export type Placement = 'header' | 'query';

/** What is wrong with the credential that a signature names. */
export type CredentialFlaw =
  | { readonly part: 'shape'; readonly got: string }
  | { readonly part: 'date'; readonly got: string }
  /** The day of the credential is not that of the request. */
  | { readonly part: 'day'; readonly got: string; readonly timestamp: string }
  | { readonly part: 'service'; readonly got: string; readonly expected: string }
  | { readonly part: 'terminator'; readonly got: string };

/** Why a request is not let in by its signature. Each protocol has words of its own for it. */
export type SignatureFlaw =
  | { readonly kind: 'absent' }
  /** There is one in the header and one in the query. */
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
      /** How far from now it may have been signed. */
      readonly allowedMs: number;
    }
  | { readonly kind: 'unknown-key'; readonly accessKeyId: string }
  | { readonly kind: 'session'; readonly problem: 'expired' | 'invalid' }
  | {
      readonly kind: 'mismatch';
      readonly accessKeyId: string;
      readonly signature: string;
      readonly stringToSign: string;
      /** Absent for Signature V2, which has none. */
      readonly canonicalRequest?: string;
    };

/** A request's signature does not let it in. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';

  constructor(readonly flaw: SignatureFlaw) {
    super(`The request's signature does not let it in: ${flaw.kind}.`);
  }
}
