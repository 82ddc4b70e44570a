/** One page of a list, and the token of the next page if there is one. */
export interface Page<T> {
  readonly page: readonly T[];
  readonly nextToken?: string;
}

/** Returns the first page of a list; `tokenOf` derives the next page's token from this page's last item. */
export function firstPage<T>(items: readonly T[], limit: number, tokenOf: (last: T) => string): Page<T> {
  const page = items.slice(0, limit);
  return { page, ...(items.length > limit && { nextToken: tokenOf(page.at(-1)!) }) };
}
