import { S3ServiceException } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { s3Failure } from './s3-errors.js';

const refused = (name: string, httpStatusCode: number) =>
  new S3ServiceException({ name, message: 'said S3', $fault: 'client', $metadata: { httpStatusCode } });

it.each([
  ['NoSuchKey', 404, 'ObjectNotFound'],
  ['PreconditionFailed', 412, 'PreconditionFailed'],
  ['AccessDenied', 403, 'InvalidRequest'],
  ['SlowDown', 503, 'Unavailable'],
  ['InternalError', 500, 'Unavailable'],
])('%s (%i) becomes %s', (name, status, code) => {
  const cause = refused(name, status);
  expect(s3Failure(cause)).toMatchObject({ name: 'EbbError', code, message: 'said S3', cause });
});

it('a server that does not answer becomes Unavailable', () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
  expect(s3Failure(cause)).toMatchObject({ code: 'Unavailable', cause });
});

it('an error with no meaning in the domain stays as it is', () => {
  const cause = refused('SignatureDoesNotMatch', 403);
  expect(s3Failure(cause)).toBe(cause);
});

it("an abort becomes the signal's reason, whichever error the SDK raised", () => {
  const reason = new Error('no longer wanted');
  expect(s3Failure(new Error('Request aborted'), AbortSignal.abort(reason))).toBe(reason);
});
