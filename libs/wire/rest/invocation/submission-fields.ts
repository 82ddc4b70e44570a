import { z } from 'zod';
import { INVOCATION_TIMEOUT_SECONDS, PRIORITIES, REQUEST_TTL_SECONDS } from '../../../core/invocation/submission.js';
import { isObjectLocation } from '../../../core/object-location.js';
import { timeParameter, wholeNumber } from '../fields.js';

const ascii = (max: number) =>
  z
    .string()
    .max(max, `must have at most ${max} characters`)
    .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII');

const NO_OBJECT = 'must be the address of an object: s3://bucket/key, or the https:// form of it';

/** The settings of a submitted invocation, in headers or in the line of a batch. */
export const submissionFields = {
  contentType: ascii(1024).describe('Of the input, handed to the model.'),
  accept: ascii(1024).describe('What the model is asked for; any type of answer is passed on.'),
  inputLocation: z
    .string()
    .max(1024, 'must have at most 1024 characters')
    .regex(/^(https|s3):\/\/([^/]+)\/?(.*)$/s, NO_OBJECT)
    .refine(isObjectLocation, NO_OBJECT),
  idempotencyKey: ascii(255)
    .min(1, 'must not be empty')
    .describe('The same request under the same key, within 24 hours, is accepted once.'),
  callbackUrl: z.string().max(2048).describe('Told when the invocation has ended.'),
  priority: z
    .enum(PRIORITIES, { error: `must be one of ${PRIORITIES.join(', ')}` })
    .describe('A head start: high is served as if it had come ten minutes earlier, low as if ten minutes later.'),
  deadline: timeParameter.describe('When it is given up if it has not started.'),
  timeToLive: wholeNumber(REQUEST_TTL_SECONDS.min, REQUEST_TTL_SECONDS.max).describe(
    'The same in seconds from now on; six hours unless told.',
  ),
  invocationTimeout: wholeNumber(INVOCATION_TIMEOUT_SECONDS.min, INVOCATION_TIMEOUT_SECONDS.max).describe(
    'How many seconds the model may take; 900 unless told.',
  ),
  inferenceId: ascii(64).regex(/^\S/, 'must not begin with a space').describe('A name of your own for it.'),
  customAttributes: ascii(1024).describe('Handed to the model as they are.'),
};

/** Returns the content types that a caller accepts; undefined for any type, which clients without a preference state. */
export function acceptOf(accept: string | undefined): string | undefined {
  return accept === '*/*' ? undefined : accept;
}
