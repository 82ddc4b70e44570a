import { S3Error } from './errors.js';
import { type Headers, header } from '../aws/headers.js';

/** The validators of an object, against which conditions are checked. */
export interface Validators {
  readonly etag: string;
  readonly modifiedAt: number;
}

/** The conditional headers of a read, or of a copy's source. */
export interface Conditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  /** HTTP dates. A date that cannot be read is not a condition, as RFC 9110 requires. */
  readonly ifModifiedSince?: string;
  readonly ifUnmodifiedSince?: string;
}

/** Reads the conditional headers. `prefix` is empty for a read and `x-amz-copy-source-` for the source of a copy. */
export function conditionsOf(headers: Headers, prefix = ''): Conditions {
  const read = (name: string) => header(headers, prefix + name);
  return {
    ifMatch: read('if-match'),
    ifNoneMatch: read('if-none-match'),
    ifModifiedSince: read('if-modified-since'),
    ifUnmodifiedSince: read('if-unmodified-since'),
  };
}

/**
 * Checks the conditions in RFC 9110's order. An entity tag outranks a date: `If-Match` overrides `If-Unmodified-Since`,
 * and `If-None-Match` overrides `If-Modified-Since`.
 */
export function holdConditions(conditions: Conditions, object: Validators): 'hold' | 'failed' | 'notModified' {
  const { ifMatch, ifNoneMatch } = conditions;
  // HTTP dates have whole seconds, so the object's time is rounded down to the second.
  const modifiedAt = Math.floor(object.modifiedAt / 1000) * 1000;
  const unmodifiedSince = dateOf(conditions.ifUnmodifiedSince);
  const modifiedSince = dateOf(conditions.ifModifiedSince);
  if (ifMatch !== undefined) {
    if (!matchesEtag(ifMatch, object.etag)) return 'failed';
  } else if (unmodifiedSince !== undefined && modifiedAt > unmodifiedSince) return 'failed';
  if (ifNoneMatch !== undefined) return matchesEtag(ifNoneMatch, object.etag) ? 'notModified' : 'hold';
  return modifiedSince !== undefined && modifiedAt <= modifiedSince ? 'notModified' : 'hold';
}

/** Returns the error for a condition that does not hold. */
export function preconditionFailed(): S3Error {
  return new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
}

/** Returns an entity tag without its quotes and its mark of weakness; S3 accepts tags with or without them. */
export function parseEtag(text: string): string {
  return text.trim().replace(/^W\//, '').replace(/^"|"$/g, '');
}

function matchesEtag(wanted: string, etag: string): boolean {
  return wanted.split(',').some((one) => one.trim() === '*' || parseEtag(one) === etag);
}

function dateOf(text: string | undefined): number | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
