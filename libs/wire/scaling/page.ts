import type { Members } from '../members.js';
import { parsePageToken } from '../page-token.js';

/** `MaxResults` and `NextToken` as Application Auto Scaling has them. */
export interface Page {
  readonly limit: number;
  /** What the page before ended with. */
  readonly after?: string;
}

const LARGEST_PAGE = 50;

export function readPage(request: Members): Page {
  const token = request.text('NextToken');
  return {
    limit: request.integer('MaxResults', { min: 1, max: LARGEST_PAGE }) ?? LARGEST_PAGE,
    after: token === undefined ? undefined : String(parsePageToken(token, 1)[0]),
  };
}
