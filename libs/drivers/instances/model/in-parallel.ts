/**
 * Runs `work` for each item, at most `limit` at once, and returns the results in the order of the items. The first
 * failure aborts the rest, and is raised when all of them have ended.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, signal: AbortSignal) => Promise<R>,
  signal: AbortSignal,
): Promise<R[]> {
  const results: R[] = [];
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  let next = 0;
  const workThrough = async (): Promise<void> => {
    while (next < items.length && !either.aborted) {
      const index = next++;
      try {
        results[index] = await work(items[index]!, either);
      } catch (error) {
        failed.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, workThrough));
  either.throwIfAborted();
  return results;
}
