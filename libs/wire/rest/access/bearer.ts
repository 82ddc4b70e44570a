const BEARER = /^bearer +([\w.~+/=-]+) *$/i;

/**
 * Returns the token in an `Authorization` header (RFC 6750); undefined if the header is absent or has another scheme.
 */
export function bearerToken(authorization: unknown): string | undefined {
  if (typeof authorization !== 'string' || !/^bearer\b/i.test(authorization)) return undefined;
  // A header that has the bearer scheme but no possible token is wrong, not absent.
  return BEARER.exec(authorization)?.[1] ?? '';
}

/** Returns `WWW-Authenticate` for a refused caller, with or without a token. */
export function bearerChallenge(hasShownToken: boolean): string {
  return hasShownToken ? 'Bearer realm="Ebb", error="invalid_token"' : 'Bearer realm="Ebb"';
}
