import { EbbError } from '../../core/errors.js';
import { type Page, firstPage } from '../aws/first-page.js';

/** SNS lists a hundred at a time. */
const PAGE_SIZE = 100;

/**
 * Cuts a page out of `items`, which are sorted by their ARN. The token is the ARN of the page's last item, so that a
 * list goes on where it stopped even when that item is gone. Raises `InvalidNextToken`.
 */
export function pageOf<T extends { readonly arn: string }>(items: readonly T[], token: string | undefined): Page<T> {
  if (token !== undefined && !token.startsWith('arn:')) {
    throw new EbbError('InvalidNextToken', 'Invalid parameter: NextToken');
  }
  const rest = token === undefined ? items : items.filter(({ arn }) => arn > token);
  return firstPage(rest, PAGE_SIZE, ({ arn }) => arn);
}
