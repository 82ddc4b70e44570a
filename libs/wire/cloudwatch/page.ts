import type { Members } from '../aws/members.js';
import { readTextToken } from '../aws/page-token.js';

const DEFAULT_PAGE = 50;
const LARGEST_PAGE = 100;

/** `ScanBy`: the newest first unless the caller says otherwise. */
export const SCANS = ['TimestampDescending', 'TimestampAscending'];

/** `MaxRecords` and `NextToken` as the calls about alarms have them. */
export interface Paging {
  readonly limit: number;
  /** What the page before ended with. */
  readonly after?: string;
}

export function readPaging(request: Members): Paging {
  return {
    limit: request.integer('MaxRecords', { min: 1, max: LARGEST_PAGE }) ?? DEFAULT_PAGE,
    after: readTextToken(request.text('NextToken')),
  };
}
