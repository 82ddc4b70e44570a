import type { LogPage, LogQuery, Logs } from '../../core/ports/logs.js';

/** The most lines that a follower gets at once. */
export const MAX_LINES_AT_ONCE = 1_000;

/** Yields a page, and the pages after it as they come, until the signal is aborted. Empty pages are left out. */
export async function* followLogs(
  logs: Logs,
  query: LogQuery,
  first: LogPage,
  signal: AbortSignal,
): AsyncGenerator<LogPage, void, void> {
  let page = first;
  while (!signal.aborted) {
    if (page.lines.length > 0 || page.hasGap) yield page;
    if (!page.hasMore) await logs.grown(query, page.next, signal);
    if (signal.aborted) break;
    page = await logs.read(query, { after: page.next, limit: MAX_LINES_AT_ONCE }, signal);
  }
}
