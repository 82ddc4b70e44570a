import { describe, expect, it } from 'vitest';
import { s3Refusal } from '../s3/signing/signature-refusal.js';
import { serviceRefusal } from './service-refusal.js';
import type { SignatureFlaw } from './signature-flaw.js';

const NOW = Date.UTC(2026, 0, 1, 12);
const skewed = (minutes: number): SignatureFlaw => ({
  kind: 'skewed',
  timestamp: 'THEN',
  signedAt: NOW + minutes * 60_000,
  now: NOW,
  allowedMs: 300_000,
});
const credential = (flaw: Extract<SignatureFlaw, { kind: 'credential' }>['flaw']): SignatureFlaw => ({
  kind: 'credential',
  placement: 'header',
  flaw,
});

/** Each flaw: the code of the Query protocol, the text, and S3's code and text. */
const TABLE: readonly [SignatureFlaw, string, string, string, string][] = [
  [
    { kind: 'session', problem: 'expired' },
    'ExpiredToken',
    'The security token included in the request is expired',
    'ExpiredToken',
    'The provided token has expired.',
  ],
  [
    { kind: 'session', problem: 'invalid' },
    'InvalidClientTokenId',
    'The security token included in the request is invalid.',
    'InvalidToken',
    'The provided token is malformed or otherwise invalid.',
  ],
  [
    skewed(-6),
    'SignatureDoesNotMatch',
    'Signature expired: THEN is now earlier than 20260101T115500Z (20260101T120000Z - 5 min.)',
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
  ],
  [
    skewed(6),
    'SignatureDoesNotMatch',
    'Signature not yet current: THEN is still later than 20260101T120500Z (20260101T120000Z + 5 min.)',
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
  ],
  [
    credential({ part: 'day', got: '20260101', timestamp: '20260102T000000Z' }),
    'SignatureDoesNotMatch',
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260101' != '20260102', from '20260102T000000Z'.",
    'AuthorizationHeaderMalformed',
    'The authorization header is malformed; Invalid credential date. Date is not the same as X-Amz-Date.',
  ],
  [
    credential({ part: 'date', got: '2026' }),
    'IncompleteSignature',
    "Date in Credential scope must be in the form YYYYMMDD, got '2026'.",
    'AuthorizationHeaderMalformed',
    'The authorization header is malformed; incorrect date format "2026". This date in the credential must be in the format "yyyyMMdd".',
  ],
  [
    credential({ part: 'terminator', got: 'aws5' }),
    'SignatureDoesNotMatch',
    "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'.",
    'AuthorizationHeaderMalformed',
    'The authorization header is malformed; incorrect terminal "aws5". This endpoint uses "aws4_request".',
  ],
  [
    { kind: 'undated', placement: 'header', got: 'now' },
    'IncompleteSignature',
    "Date must be in ISO-8601 'basic format'. Got 'now'. See http://en.wikipedia.org/wiki/ISO_8601",
    'AccessDenied',
    'AWS authentication requires a valid Date or x-amz-date header',
  ],
  [
    { kind: 'unsigned-headers', names: ['host'] },
    'SignatureDoesNotMatch',
    "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    'AccessDenied',
    'There were headers present in the request which were not signed',
  ],
  [
    { kind: 'incomplete', placement: 'query', missing: ['X-Amz-Date'] },
    'IncompleteSignature',
    "AWS query-string parameters must include 'X-Amz-Date'.",
    'AuthorizationQueryParametersError',
    'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
  ],
  [
    { kind: 'validity', got: '604801' },
    'IncompleteSignature',
    "'X-Amz-Expires' must be a number of seconds, a week at most. Got '604801'.",
    'AuthorizationQueryParametersError',
    'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
  ],
];

describe('a flaw of a signature', () => {
  it.each(TABLE)('such as %o is reported in the wording of each service', (flaw, code, text, s3Code, s3Text) => {
    expect(serviceRefusal(flaw, 'sns')).toMatchObject({ code, message: text });
    expect(s3Refusal(flaw)).toMatchObject({ code: s3Code, message: s3Text });
  });

  it('has the names and statuses of the service’s protocol', () => {
    const absent: SignatureFlaw = { kind: 'absent' };
    expect(serviceRefusal(absent, 'control')).toMatchObject({
      type: 'MissingAuthenticationTokenException',
      status: 400,
    });
    expect(serviceRefusal(absent, 'runtime')).toMatchObject({ status: 403 });
    expect(serviceRefusal(absent, 'sts')).toMatchObject({ code: 'MissingAuthenticationToken', status: 403 });
    expect(serviceRefusal({ kind: 'session', problem: 'expired' }, 'scaling')).toMatchObject({
      type: 'ExpiredTokenException',
      status: 400,
    });
    expect(serviceRefusal({ kind: 'component', got: 'a' }, 'sts')).toMatchObject({
      type: 'IncompleteSignatureException',
      status: 400,
    });
  });

  it('is reported to S3’s clients with the unsigned headers and the accepted difference of clocks', () => {
    expect(s3Refusal({ kind: 'unsigned-headers', names: ['x-amz-a', 'x-amz-b'] }).details).toEqual({
      HeadersNotSigned: 'x-amz-a, x-amz-b',
    });
    expect(s3Refusal(skewed(-6)).details).toEqual({
      RequestTime: 'THEN',
      ServerTime: '2026-01-01T12:00:00.000Z',
      MaxAllowedSkewMilliseconds: 300_000,
    });
  });
});
