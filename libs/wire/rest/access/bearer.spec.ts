import { describe, expect, it } from 'vitest';
import { bearerChallenge, bearerToken } from './bearer.js';

describe('an Authorization header', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer  abc ', 'abc'],
    ['BEARER a-b_c.d~e+f/g=', 'a-b_c.d~e+f/g='],
  ])('of %j bears a token', (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });

  it.each([undefined, '', 'Basic YTpi', 'AWS4-HMAC-SHA256 Credential=x', 'Bearers abc', ['Bearer abc']])(
    'of %j bears none',
    (header) => {
      expect(bearerToken(header)).toBeUndefined();
    },
  );

  it.each(['Bearer', 'Bearer ', 'Bearer a b', 'Bearer a,b', 'Bearer "a"', 'Bearer ä'])(
    'of %j bears a token that cannot be right',
    (header) => {
      expect(bearerToken(header)).toBe('');
    },
  );
});

it('tells a refused caller which scheme to use, and whether its token was wrong', () => {
  expect(bearerChallenge(false)).toBe('Bearer realm="Ebb"');
  expect(bearerChallenge(true)).toBe('Bearer realm="Ebb", error="invalid_token"');
});
