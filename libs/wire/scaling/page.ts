import type { Members } from '../aws/members.js';
import { formatTextToken, readTextToken } from '../aws/page-token.js';

/** `MaxResults` and `NextToken` as Application Auto Scaling has them. */
export interface Page {
  readonly limit: number;
  /** What the page before ended with. */
  readonly after?: string;
}

const LARGEST_PAGE = 50;

/** A page is as large as it may be where nobody says. */
export function readPage(request: Members, largest = LARGEST_PAGE): Page {
  return {
    limit: request.integer('MaxResults', { min: 1, max: largest }) ?? largest,
    after: readTextToken(request.text('NextToken')),
  };
}

/** The records of a page, by key, and the token of the next one if there is one. */
export function pageOf<T>(
  records: readonly T[],
  keyOf: (record: T) => string,
  { limit, after }: Page,
): { readonly page: readonly T[]; readonly nextToken?: string } {
  const rest = records
    .map((record) => ({ record, key: keyOf(record) }))
    .filter(({ key }) => after === undefined || key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = rest.slice(0, limit);
  return {
    page: page.map(({ record }) => record),
    ...(rest.length > limit && { nextToken: formatTextToken(page.at(-1)!.key) }),
  };
}
