/** One page of a list, and the token of the next one if there is one. */
export interface Page<T> {
  readonly page: readonly T[];
  readonly nextToken?: string;
}

/** Cuts a page off the beginning of a list; `tokenOf` makes the next page's token out of this page's last item. */
export function firstPage<T>(items: readonly T[], limit: number, tokenOf: (last: T) => string): Page<T> {
  const page = items.slice(0, limit);
  return { page, ...(items.length > limit && { nextToken: tokenOf(page.at(-1)!) }) };
}
