import type { InvocationSummary } from '../client/documents.js';
import { invocationTable } from '../format/invocation.js';
import { type FilterOptions, filterOf, withFilter } from '../options/invocation-filter.js';
import { wholeNumber } from '../options/option-values.js';
import type { Session } from '../session/session.js';
import { type Acts, taught } from '../options/teach.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000_000;

interface LsOptions extends FilterOptions {
  readonly limit: number;
  readonly cursor?: string;
}

/** `ebb ls`. */
export function lsCommand(acts: Acts) {
  return withFilter(
    taught({
      name: 'ls',
      summary: 'list invocations',
      description: 'Lists invocations, the newest first.',
      examples: [
        ['ebb ls', 'the last fifty'],
        ['ebb ls --endpoint ocr --state failed --since 2h', 'what failed at one endpoint in the last two hours'],
        ['ebb ls --label batch=7 --state queued --quiet | xargs ebb cancel', 'ids only, for another command'],
      ],
    }),
  )
    .option('-n, --limit <number>', 'how many at most', wholeNumber(1, MAX_LIMIT), DEFAULT_LIMIT)
    .option('--cursor <cursor>', 'go on where the listing before ended: its nextCursor')
    .action(acts(ls));
}

async function ls({ client, terminal }: Session, { cursor, limit, ...options }: LsOptions): Promise<void> {
  const items: InvocationSummary[] = [];
  let nextCursor: string | undefined;
  for await (const page of client.invocations(filterOf(options), limit, cursor)) {
    nextCursor = page.nextCursor;
    // Ids are of use at once, whatever is still to come.
    if (terminal.manner.isQuiet && !terminal.isJson) for (const { id } of page.items) terminal.line(id);
    else items.push(...page.items);
  }
  if (terminal.isJson) terminal.document({ items, nextCursor });
  if (terminal.isJson || terminal.manner.isQuiet) return;
  if (items.length === 0) terminal.note('There are no such invocations.');
  else terminal.lines(invocationTable(items, { now: Date.now(), paint: terminal.paint, columns: terminal.columns }));
  if (nextCursor !== undefined) terminal.note(`There are more: --limit, or --cursor ${nextCursor}`);
}
