import { z } from 'zod';

/** A time in documents, as ISO 8601 in UTC. */
export const time = z.iso.datetime();

/** Writes a time for a document. */
export function iso(ms: number): string;
export function iso(ms: number | undefined): string | undefined;
export function iso(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** A time in parameters, in any zone; read as milliseconds since the epoch. */
export const timeParameter = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z' })
  .transform((text) => Date.parse(text));

/** Returns the schema of a whole number in a parameter or a header, where every value is text. */
export function wholeNumber(min: number, max: number) {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z.preprocess(
    (value) => (typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value),
    z.int({ error: rule }).min(min, rule).max(max, rule),
  );
}

/** `true` or `false` in a parameter, as text. */
export const flag = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean({ error: 'must be true or false' }),
);

/** Returns the schema of a parameter that may be given several times. */
export function several<T extends z.ZodType>(item: T, max: number) {
  return z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(item).max(max, `may be given at most ${max} times`),
  );
}

/** The schema of an endpoint's name. */
export const endpointName = z
  .string()
  .max(63, 'must have at most 63 characters')
  .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/, 'must be letters and digits, with hyphens between them');

/** The schema of an invocation's id. */
export const invocationId = z
  .string()
  .max(64, 'must have at most 64 characters')
  .regex(/^[\w-]+$/, 'must be letters, digits, hyphens and underscores');

/**
 * The parameters that page a listing: at most `limit` items, from the position of `cursor`, the `nextCursor` of the
 * previous page.
 */
export const paging = {
  limit: wholeNumber(1, 1000).optional().describe('How many at most; 100 unless told.'),
  cursor: z.string().min(1).max(512).optional().describe('`nextCursor` of the page before.'),
};

/** Returns the schema of one page of a listing. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().optional().describe('Absent on the last page.'),
  });
}
