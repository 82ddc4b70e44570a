const BEARER = /^bearer +([\w.~+/=-]+) *$/i;

/** The token in an `Authorization` header (RFC 6750); absent where there is none, or another scheme. */
export function bearerToken(authorization: unknown): string | undefined {
  if (typeof authorization !== 'string' || !/^bearer\b/i.test(authorization)) return undefined;
  // Something that calls itself a bearer token and cannot be one is wrong, not absent.
  return BEARER.exec(authorization)?.[1] ?? '';
}

/** `WWW-Authenticate` for whoever is not let in, having shown a token or not. */
export function bearerChallenge(hasShownToken: boolean): string {
  return hasShownToken ? 'Bearer realm="Ebb", error="invalid_token"' : 'Bearer realm="Ebb"';
}
