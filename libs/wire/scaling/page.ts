import { type Page, firstPage } from '../aws/first-page.js';
import type { Members } from '../aws/members.js';
import { formatTextToken, readTextToken } from '../aws/page-token.js';

/** `MaxResults` and `NextToken` as Application Auto Scaling has them. */
export interface Paging {
  readonly limit: number;
  /** What the page before ended with. */
  readonly after?: string;
}

const LARGEST_PAGE = 50;

/** A page is as large as it may be where nobody says. */
export function readPaging(request: Members, largest = LARGEST_PAGE): Paging {
  return {
    limit: request.integer('MaxResults', { min: 1, max: largest }) ?? largest,
    after: readTextToken(request.text('NextToken')),
  };
}

/** The records of a page, by key. */
export function pageOf<T>(records: readonly T[], keyOf: (record: T) => string, { limit, after }: Paging): Page<T> {
  const rest = records
    .map((record) => ({ record, key: keyOf(record) }))
    .filter(({ key }) => after === undefined || key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const { page, nextToken } = firstPage(rest, limit, ({ key }) => formatTextToken(key));
  return { page: page.map(({ record }) => record), nextToken };
}
