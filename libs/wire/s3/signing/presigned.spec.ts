import { describe, expect, it } from 'vitest';
import { checkExpiry } from './presigned.js';

const SIGNED_AT = Date.UTC(2026, 0, 1);
const signed = (seconds: string, date = '20260101T000000Z') =>
  new URLSearchParams({ 'X-Amz-Signature': 's', 'X-Amz-Date': date, 'X-Amz-Expires': seconds });

describe('a presigned URL', () => {
  it('is valid until its last second has passed', () => {
    expect(() => checkExpiry(signed('60'), SIGNED_AT + 59_999)).not.toThrow();
    expect(() => checkExpiry(signed('60'), SIGNED_AT + 60_000)).toThrow(
      expect.objectContaining({ code: 'AccessDenied', message: 'Request has expired', status: 403 }),
    );
  });

  it('with Signature V2 states its own end', () => {
    const query = new URLSearchParams({ Signature: 's', Expires: String(SIGNED_AT / 1000) });
    expect(() => checkExpiry(query, SIGNED_AT - 1)).not.toThrow();
    expect(() => checkExpiry(query, SIGNED_AT)).toThrow(expect.objectContaining({ code: 'AccessDenied' }));
  });

  it.each([
    ['a validity that is not a number', signed('soon')],
    ['a validity of more than a week', signed('604801')],
    ['no date', signed('60', '')],
    ['an invalid date', signed('60', '20269901T000000Z')],
  ])('with %s is refused', (_, query) => {
    expect(() => checkExpiry(query, SIGNED_AT)).toThrow(
      expect.objectContaining({ code: 'AuthorizationQueryParametersError' }),
    );
  });
});
