import { QueryFault } from '../aws/error-names.js';
import type { CredentialFlaw, Placement, SignatureFlaw } from './signature-flaw.js';
import { toTimestamp } from './signed-request.js';
import type { SignedService } from '../aws/aws-request.js';
import { SIGNING_RULES } from './signing-rules.js';

/**
 * Returns the refusal of a flaw in the wording of every service except S3. The error's code is for the Query protocol,
 * its type for the JSON protocols.
 */
export function serviceRefusal(flaw: SignatureFlaw, service: Exclude<SignedService, 's3'>): QueryFault {
  const { status } = SIGNING_RULES[service];
  switch (flaw.kind) {
    case 'absent':
      return fault('MissingAuthenticationToken', 'Missing Authentication Token', status);
    case 'ambiguous':
      return incomplete("'Authorization' header and query-string parameters must not both carry a signature.");
    case 'algorithm':
      return incomplete(`Unsupported AWS 'algorithm': '${flaw.got}'.`);
    case 'component':
      return incomplete(`'${flaw.got}' not a valid key=value pair (missing equal-sign) in Authorization header.`);
    case 'incomplete':
      return incomplete(flaw.missing.map((name) => missingText(name, flaw.placement)).join(' '));
    case 'undated':
      return incomplete(undatedText(flaw.got));
    case 'validity':
      return incomplete(`'X-Amz-Expires' must be a number of seconds, a week at most. Got '${flaw.got}'.`);
    case 'credential':
      return credentialRefusal(flaw.flaw, status);
    case 'unsigned-headers':
      return wrong(flaw.names.map(unsignedText).join(' '), status);
    case 'skewed':
      return wrong(skewText(flaw), status);
    case 'unknown-key':
      return fault('InvalidClientTokenId', TOKEN_INVALID, status, 'UnrecognizedClientException');
    case 'session':
      return flaw.problem === 'expired'
        ? fault('ExpiredToken', 'The security token included in the request is expired', status)
        : fault('InvalidClientTokenId', TOKEN_INVALID, status, 'UnrecognizedClientException');
    case 'mismatch':
      return wrong(mismatchText(flaw), status);
    case 'unhashed':
      return incomplete('The request has no hash of its body.');
  }
}

const TOKEN_INVALID = 'The security token included in the request is invalid.';

function fault(code: string, message: string, status: number, type = `${code}Exception`): QueryFault {
  return new QueryFault(code, message, status, type);
}

/** Returns the refusal of an incomplete signature: status 400 in every service. */
function incomplete(message: string): QueryFault {
  return fault('IncompleteSignature', message, 400);
}

function wrong(message: string, status: number): QueryFault {
  return fault('SignatureDoesNotMatch', message, status, 'InvalidSignatureException');
}

function missingText(name: string, placement: Placement): string {
  return placement === 'header'
    ? `Authorization header requires '${name}' parameter.`
    : `AWS query-string parameters must include '${name}'.`;
}

function undatedText(got: string | undefined): string {
  return got === undefined
    ? "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
    : `Date must be in ISO-8601 'basic format'. Got '${got}'. See http://en.wikipedia.org/wiki/ISO_8601`;
}

function credentialRefusal(flaw: CredentialFlaw, status: number): QueryFault {
  switch (flaw.part) {
    case 'shape':
      return incomplete(
        `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${flaw.got}'`,
      );
    case 'date':
      return incomplete(`Date in Credential scope must be in the form YYYYMMDD, got '${flaw.got}'.`);
    case 'day':
      return wrong(
        'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
          `${quoted(flaw.got)} != ${quoted(flaw.timestamp.slice(0, 8))}, from ${quoted(flaw.timestamp)}.`,
        status,
      );
    case 'service':
      return wrong(`Credential should be scoped to correct service: '${flaw.expected}'.`, status);
    case 'terminator':
      return wrong(`Credential should be scoped with a valid terminator: 'aws4_request', not '${flaw.got}'.`, status);
  }
}

function quoted(text: string): string {
  return `'${text}'`;
}

function unsignedText(name: string): string {
  return name === 'host'
    ? "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    : `'${name}' must be a 'SignedHeader' in the AWS Authorization.`;
}

function skewText({ timestamp, signedAt, now, allowedMs }: Extract<SignatureFlaw, { kind: 'skewed' }>): string {
  const minutes = `${Number((allowedMs / 60_000).toFixed(2))} min.`;
  return signedAt < now
    ? `Signature expired: ${timestamp} is now earlier than ${toTimestamp(now - allowedMs)} (${toTimestamp(now)} - ${minutes})`
    : `Signature not yet current: ${timestamp} is still later than ${toTimestamp(now + allowedMs)} (${toTimestamp(now)} + ${minutes})`;
}

function mismatchText({ canonicalRequest, stringToSign }: Extract<SignatureFlaw, { kind: 'mismatch' }>): string {
  return (
    'The request signature we calculated does not match the signature you provided. ' +
    'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\n' +
    `The Canonical String for this request should have been\n'${canonicalRequest}'\n\n` +
    `The String-to-Sign should have been\n'${stringToSign}'\n`
  );
}
