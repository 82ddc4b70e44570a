import type { LogLineDocument } from '../client/documents.js';
import { misuse } from '../outcome/failure.js';
import type { Query } from '../client/http.js';
import { another, time, wholeNumber } from '../options/option-values.js';
import { serverEvents } from '../client/server-events.js';
import type { Session } from '../session/session.js';
import { type Acts, taught } from '../options/teach.js';
import { endpointArgument } from './endpoints.js';

const PAGE_LINES = 1_000;
const MAX_TAIL = 10_000;

interface LogsOptions {
  readonly follow?: boolean;
  readonly lines?: number;
  readonly instance?: string;
  readonly variant?: string;
  readonly stream?: readonly string[];
  readonly since?: string;
  readonly until?: string;
}

/** `ebb logs`. */
export function logsCommand(acts: Acts) {
  return taught({
    name: 'logs',
    summary: 'print what the instances of an endpoint have printed',
    description:
      'Prints the log of an endpoint, the oldest line first: what its instances printed, and what Ebb has to say of ' +
      'invocations that did not end well. Logs outlive instances and endpoints.',
    examples: [
      ['ebb logs ocr -n 50', 'the last fifty lines'],
      ['ebb logs ocr -f --stream stderr', 'errors, as they come'],
      ['ebb logs ocr --since 10m --json | jq -r .text', 'the text alone of the last ten minutes'],
    ],
    exits: { notFound: 'there is no such endpoint, nor a log of it' },
  })
    .addArgument(endpointArgument())
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .option('-n, --lines <number>', 'only so many of the last lines', wholeNumber(0, MAX_TAIL))
    .option('--instance <id>', 'of one instance')
    .option('--variant <name>', 'of one variant')
    .option('--stream <name>', 'stdout, stderr, data-log or ebb; may be repeated', another)
    .option('--since <time>', 'from then on: a time, or how long ago, such as 10m', time)
    .option('--until <time>', 'before then', time)
    .action(acts(logs));
}

async function logs(session: Session, options: LogsOptions, name: string): Promise<void> {
  const { follow, instance, lines: tail, since, stream, until, variant } = options;
  if (follow && until !== undefined) throw misuse('--follow goes on for ever: --until has no meaning with it.');
  const query: Query = { instance, variant, stream, from: since, to: until };
  const after = await (tail === undefined ? printAll(session, name, query) : printLast(session, name, query, tail));
  if (follow) await printComing(session, name, { instance, variant, stream }, after);
}

/** Prints all that there is, and returns where that ends. */
async function printAll({ client, terminal }: Session, name: string, query: Query): Promise<string> {
  let after: string | undefined;
  for (;;) {
    const page = await client.logPage(name, { ...query, limit: PAGE_LINES, after });
    after = page.next;
    if (page.hasGap) terminal.note('… lines before these were discarded …');
    for (const line of page.lines) print(terminal, line);
    if (!page.hasMore) return after;
  }
}

async function printLast({ client, terminal }: Session, name: string, query: Query, tail: number): Promise<string> {
  const { lines, next } = await client.logPage(name, { ...query, tail });
  for (const line of lines) print(terminal, line);
  return next;
}

/** Prints what comes after, until Ebb stops or the signal is aborted. */
async function printComing(
  { client, signal, terminal }: Session,
  name: string,
  query: Query,
  after: string,
): Promise<void> {
  const answer = await client.followLogs(name, query, after);
  for await (const { data, event } of serverEvents(answer, signal)) {
    if (event === 'gap') terminal.note('… lines were discarded …');
    else print(terminal, JSON.parse(data) as LogLineDocument);
  }
  terminal.note('Ebb has stopped.');
}

function print(terminal: Session['terminal'], line: LogLineDocument): void {
  if (terminal.isJson) terminal.document(line);
  else {
    const { paint } = terminal;
    const from = line.instanceId ?? 'ebb';
    terminal.line(`${paint.dim(`${line.at} ${from} ${line.stream}`)} ${line.text}`);
  }
}
