import { z } from 'zod';

export const MAX_LABELS = 16;

export const labelName = z
  .string()
  .max(63, 'a name must have 63 characters at most')
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, 'a name must be letters, digits and any of . _ / -, a letter or digit first');

export const labelValue = z
  .string()
  .max(128, 'a value must have 128 characters at most')
  .regex(/^[\x20-\x7e]*$/, 'a value must be printable ASCII');

/** What callers find their invocations by, in JSON. */
export const labels = z
  .record(labelName, labelValue)
  .refine((record) => Object.keys(record).length <= MAX_LABELS, { error: `must be ${MAX_LABELS} at most` });
