import { EbbError } from '../../core/errors.js';
import { type ErrorNames, QueryFault } from '../aws/error-names.js';
import type { QueryInput } from '../aws/query-input.js';
import type { XmlTree } from '../aws/query-xml.js';

/** The XML namespace of STS's answers. */
export const STS_NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** STS's names for Ebb's errors. */
export const STS_ERRORS: ErrorNames = {
  InvalidRequest: { type: 'ValidationError', status: 400 },
  BodyTooLarge: { type: 'ValidationError', status: 400 },
  AccessDenied: { type: 'AccessDenied', status: 403 },
  TooManyRequests: { type: 'Throttling', status: 400 },
  UnknownOperation: { type: 'InvalidAction', status: 400 },
};

/**
 * Returns a caller's identity. Every caller has a role named after Ebb, because SageMaker's SDK takes its execution
 * role from the caller's.
 */
export function callerIdentity(accountId: string, accessKeyId: string): XmlTree {
  return {
    Arn: `arn:aws:sts::${accountId}:assumed-role/ebb/${accessKeyId}`,
    UserId: `${roleId(accountId)}:${accessKeyId}`,
    Account: accountId,
  };
}

/** Temporary credentials as STS issues them. */
export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAt: number;
}

/** The request of `AssumeRole`. */
export interface AssumeRoleRequest {
  readonly accountId: string;
  readonly roleName: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
}

const ROLE_ARN = /^arn:aws[\w-]*:iam::(\d{12}):role\/(?:[\w+=,.@/-]*\/)?([\w+=,.@-]{1,64})$/;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

/** Reads `AssumeRole`. */
export function parseAssumeRole(input: QueryInput): AssumeRoleRequest {
  const roleArn = required(input, 'RoleArn');
  const role = ROLE_ARN.exec(roleArn);
  if (!role) throw new QueryFault('ValidationError', `${roleArn} is invalid`);
  const sessionName = required(input, 'RoleSessionName');
  if (!SESSION_NAME.test(sessionName)) throw invalid(sessionName, 'roleSessionName', '[\\w+=,.@-]*');
  return {
    accountId: role[1]!,
    roleName: role[2]!,
    sessionName,
    durationSeconds: parseDuration(input, { fallback: 3_600, max: 43_200 }),
  };
}

/** Reads `GetSessionToken`; returns the validity of the credentials in seconds. */
export function parseGetSessionToken(input: QueryInput): number {
  return parseDuration(input, { fallback: 43_200, max: 129_600 });
}

/** Writes the answer to `AssumeRole`. */
export function renderAssumedRole(request: AssumeRoleRequest, credentials: TemporaryCredentials): XmlTree {
  const { accountId, roleName, sessionName } = request;
  return {
    AssumedRoleUser: {
      AssumedRoleId: `${roleId(accountId)}:${sessionName}`,
      Arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`,
    },
    ...renderCredentials(credentials),
  };
}

/** Writes `Credentials`. */
export function renderCredentials(credentials: TemporaryCredentials): XmlTree {
  return {
    Credentials: {
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: new Date(credentials.expiresAt).toISOString(),
    },
  };
}

const MIN_DURATION_SECONDS = 900;

function parseDuration(input: QueryInput, rule: { fallback: number; max: number }): number {
  const text = input.text('DurationSeconds');
  if (text === undefined) return rule.fallback;
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= MIN_DURATION_SECONDS && seconds <= rule.max) return seconds;
  const bound =
    seconds < MIN_DURATION_SECONDS
      ? `greater than or equal to ${MIN_DURATION_SECONDS}`
      : `less than or equal to ${rule.max}`;
  throw new EbbError(
    'InvalidRequest',
    `1 validation error detected: Value '${text}' at 'durationSeconds' failed to satisfy constraint: ` +
      `Member must have value ${bound}`,
  );
}

function required(input: QueryInput, name: string): string {
  const value = input.text(name);
  if (value !== undefined && value !== '') return value;
  const path = name.charAt(0).toLowerCase() + name.slice(1);
  throw new EbbError(
    'InvalidRequest',
    `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`,
  );
}

function invalid(value: string, path: string, pattern: string): EbbError {
  return new EbbError(
    'InvalidRequest',
    `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: ` +
      `Member must satisfy regular expression pattern: ${pattern}`,
  );
}

/** Returns the unique id of a role; one id per account is enough. */
function roleId(accountId: string): string {
  return `AROAEBB00${accountId}`;
}
