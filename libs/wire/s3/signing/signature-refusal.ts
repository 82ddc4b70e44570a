import type { CredentialFlaw, SignatureFlaw } from '../../signature/signature-flaw.js';
import { S3Error } from '../errors.js';
import { isoTime } from '../xml.js';

/** Returns the refusal of a flaw in S3's wording. */
export function s3Refusal(flaw: SignatureFlaw): S3Error {
  switch (flaw.kind) {
    case 'absent':
      return new S3Error('AccessDenied', 'Access Denied');
    case 'ambiguous':
      return badArgument(
        'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
      );
    case 'algorithm':
      return algorithmRefusal(flaw);
    case 'component':
      return malformed(`the authorization component "${flaw.got}" is malformed.`);
    case 'incomplete':
      return flaw.placement === 'header'
        ? malformed('the authorization header requires three components: Credential, SignedHeaders, and Signature.')
        : badQuery(
            'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
          );
    case 'undated':
      return flaw.placement === 'header'
        ? new S3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header')
        : badDate();
    case 'validity':
      return badValidity(flaw.got);
    case 'credential':
      return flaw.placement === 'header'
        ? malformed(credentialText(flaw.flaw))
        : badQuery(`Error parsing the X-Amz-Credential parameter; ${credentialText(flaw.flaw)}`);
    case 'unhashed':
      return new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
    case 'unsigned-headers':
      return new S3Error('AccessDenied', 'There were headers present in the request which were not signed', {
        HeadersNotSigned: flaw.names.join(', '),
      });
    case 'skewed':
      return new S3Error(
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
        {
          RequestTime: flaw.timestamp,
          ServerTime: isoTime(flaw.now),
          MaxAllowedSkewMilliseconds: flaw.allowedMs,
        },
      );
    case 'unknown-key':
      return new S3Error('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
        AWSAccessKeyId: flaw.accessKeyId,
      });
    case 'session':
      return flaw.problem === 'expired'
        ? new S3Error('ExpiredToken', 'The provided token has expired.')
        : new S3Error('InvalidToken', 'The provided token is malformed or otherwise invalid.');
    case 'mismatch':
      return mismatch(flaw);
  }
}

const DOES_NOT_MATCH =
  'The request signature we calculated does not match the signature you provided. Check your key and signing method.';

/** Returns the error for a chunk whose signature does not match. */
export function chunkMismatch(): S3Error {
  return new S3Error('SignatureDoesNotMatch', DOES_NOT_MATCH);
}

function mismatch(flaw: Extract<SignatureFlaw, { kind: 'mismatch' }>): S3Error {
  const { accessKeyId, canonicalRequest, signature, stringToSign } = flaw;
  return new S3Error('SignatureDoesNotMatch', DOES_NOT_MATCH, {
    AWSAccessKeyId: accessKeyId,
    StringToSign: stringToSign,
    SignatureProvided: signature,
    StringToSignBytes: bytesText(stringToSign),
    ...(canonicalRequest !== undefined && {
      CanonicalRequest: canonicalRequest,
      CanonicalRequestBytes: bytesText(canonicalRequest),
    }),
  });
}

/** Returns bytes as `41 57 53 …`; each character stands for one byte. */
function bytesText(text: string): string {
  return Array.from(text, (character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join(' ');
}

function algorithmRefusal({ placement, got }: Extract<SignatureFlaw, { kind: 'algorithm' }>): S3Error {
  if (placement === 'query') return badQuery('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  if (!got.startsWith('AWS')) return badArgument('Unsupported Authorization Type');
  return new S3Error(
    'InvalidRequest',
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
  );
}

/** Returns the error for an invalid `X-Amz-Date`. */
export function badDate(): S3Error {
  return badQuery("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
}

/** Returns the error for an invalid `X-Amz-Expires`, in S3's wording. */
export function badValidity(got: string): S3Error {
  if (/^-\d+$/.test(got)) return badQuery('X-Amz-Expires must be non-negative');
  if (!/^\d+$/.test(got)) return badQuery('X-Amz-Expires should be a number');
  return badQuery(
    'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
  );
}

function credentialText(flaw: CredentialFlaw): string {
  switch (flaw.part) {
    case 'shape':
      return 'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".';
    case 'date':
      return `incorrect date format "${flaw.got}". This date in the credential must be in the format "yyyyMMdd".`;
    case 'day':
      return 'Invalid credential date. Date is not the same as X-Amz-Date.';
    case 'service':
      return `incorrect service "${flaw.got}". This endpoint belongs to "${flaw.expected}".`;
    case 'terminator':
      return `incorrect terminal "${flaw.got}". This endpoint uses "aws4_request".`;
  }
}

function malformed(how: string): S3Error {
  return new S3Error('AuthorizationHeaderMalformed', `The authorization header is malformed; ${how}`);
}

function badQuery(message: string): S3Error {
  return new S3Error('AuthorizationQueryParametersError', message);
}

function badArgument(message: string): S3Error {
  return new S3Error('InvalidArgument', message, { ArgumentName: 'Authorization' });
}
