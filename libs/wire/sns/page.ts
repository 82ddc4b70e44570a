import { EbbError } from '../../core/errors.js';

/** SNS lists a hundred at a time. */
const PAGE_SIZE = 100;

/** One page of a list, and the token of the next one if there is one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/**
 * Cuts a page out of `items`, which are sorted by their ARN. The token is the ARN of the page's last item, so that a
 * list goes on where it stopped even when that item is gone. Raises `InvalidNextToken`.
 */
export function pageOf<T extends { readonly arn: string }>(items: readonly T[], token: string | undefined): Page<T> {
  if (token !== undefined && !token.startsWith('arn:')) {
    throw new EbbError('InvalidNextToken', 'Invalid parameter: NextToken');
  }
  const rest = token === undefined ? items : items.filter(({ arn }) => arn > token);
  const page = rest.slice(0, PAGE_SIZE);
  return { items: page, nextToken: rest.length > PAGE_SIZE ? page.at(-1)!.arn : undefined };
}
