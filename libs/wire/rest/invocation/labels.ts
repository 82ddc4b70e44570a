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

const NAME = '[A-Za-z0-9][A-Za-z0-9._/-]{0,62}';
/** Printable ASCII, of which commas and percent signs have to be percent-encoded. */
const VALUE = '(?:[ -$&-+\\--~]|%2[0-9A-Fa-f]){0,128}';

/** `name=value`, with commas between them, as a header has it; a value with a comma or a percent sign is percent-encoded. */
export const labelsParameter = z
  .string()
  .max(4096, 'must have 4096 characters at most')
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

/** What callers find their invocations by, in JSON. */
export const labels = z
  .record(labelName, labelValue)
  .refine((record) => Object.keys(record).length <= MAX_LABELS, { error: `must be ${MAX_LABELS} at most` });
