import { z } from 'zod';

/** The most labels of one invocation. */
export const MAX_LABELS = 16;

/** The name of a label. */
export const labelName = z
  .string()
  .max(63, 'a name must have at most 63 characters')
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._/-]*$/,
    'a name must be letters, digits and any of . _ / -, beginning with a letter or a digit',
  );

/** The value of a label. */
export const labelValue = z
  .string()
  .max(128, 'a value must have at most 128 characters')
  .regex(/^[\x20-\x7e]*$/, 'a value must be printable ASCII');

const NAME = '[A-Za-z0-9][A-Za-z0-9._/-]{0,62}';
/** Printable ASCII; commas and percent signs must be percent-encoded. */
const VALUE = '(?:[ -$&-+\\--~]|%2[0-9A-Fa-f]){0,128}';

/**
 * Labels in a header: `name=value`, with commas between them. A comma or percent sign in a value is percent-encoded.
 */
export const labelsParameter = z
  .string()
  .max(4096, 'must have at most 4096 characters')
  .meta({ pattern: `^${NAME}=${VALUE}(?:,${NAME}=${VALUE}){0,${MAX_LABELS - 1}}$` })
  .transform((text, context) => {
    const pairs = text.split(',').map((pair) => /^\s*([^=]+)=(.*?)\s*$/s.exec(pair));
    if (pairs.some((pair) => pair === null)) {
      context.addIssue({ code: 'custom', message: 'must be name=value pairs with commas between them' });
      return z.NEVER;
    }
    return Object.fromEntries(pairs.map((pair) => [pair![1]!, decoded(pair![2]!)]));
  })
  .pipe(z.lazy(() => labels));

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The labels by which callers find their invocations, in JSON. */
export const labels = z
  .record(labelName, labelValue)
  .refine((record) => Object.keys(record).length <= MAX_LABELS, { error: `must be at most ${MAX_LABELS} labels` });
