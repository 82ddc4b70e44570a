import type { LogPage, LogQuery, Logs } from '../core/ports/logs.js';

/** A follower gets at most so many lines at once. */
const MAX_LINES_AT_ONCE = 1_000;

/** What is in the logs and whatever comes, as it comes, until the signal is aborted. Empty pages are left out. */
export async function* followLogs(
  logs: Logs,
  query: LogQuery,
  start: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<LogPage, void, void> {
  let after = start;
  while (!signal.aborted) {
    const page = await logs.read(query, { after, limit: MAX_LINES_AT_ONCE }, signal);
    after = page.next;
    if (page.lines.length > 0 || page.hasGap) yield page;
    if (!page.hasMore) await logs.grown(query, after, signal);
  }
}
