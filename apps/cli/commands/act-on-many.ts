import type { Command } from 'commander';
import type { InvocationState } from '../../../libs/core/invocation/invocation.js';
import type { InvocationDocument } from '../client/documents.js';
import type { Exit } from '../outcome/exit-code.js';
import { misuse } from '../outcome/failure.js';
import { invocationTable } from '../format/invocation.js';
import { type FilterOptions, filterOf, isFiltered, withFilter } from '../options/invocation-filter.js';
import { wholeNumber } from '../options/option-values.js';
import type { Session } from '../session/session.js';

type Verb = 'cancel' | 'redrive';

const DONE = { cancel: 'cancelled', redrive: 'redriven' } as const;
const MAX_LIMIT = 1_000;

/** Options of commands that act on invocations by id or by filter. */
export interface ManyOptions extends FilterOptions {
  readonly limit?: number;
  readonly dryRun?: boolean;
}

/** Gives a command the arguments and options that say on which invocations to act. */
export function withMany(command: Command, states: readonly InvocationState[]): Command {
  return withFilter(command.argument('[id...]', 'ids of invocations, in place of a filter'), states)
    .option(
      '-n, --limit <number>',
      'of those that the filter finds, so many at most: the newest (default: 100)',
      wholeNumber(1, MAX_LIMIT),
    )
    .option('--dry-run', 'only tell which they are');
}

/** Cancels or redrives what is meant: the ids, or else all that the filter finds. */
export async function actOnMany(
  verb: Verb,
  session: Session,
  options: ManyOptions,
  ids: readonly string[],
): Promise<Exit | void> {
  const filter = filterOf(options);
  if (ids.length > 0 && (isFiltered(filter) || options.limit !== undefined)) {
    throw misuse('Ids and a filter do not go together.', 'Name the invocations, or say what they have in common.');
  }
  if (ids.length > 0) await actOnIds(verb, session, ids, options.dryRun === true);
  else if (isFiltered(filter)) return actOnFiltered(verb, session, options);
  else throw misuse(`It is not said what to ${verb}.`, `Name ids, or a filter such as --endpoint; ebb ${verb} --help.`);
}

async function actOnIds(
  verb: Verb,
  { client, terminal }: Session,
  ids: readonly string[],
  isDry: boolean,
): Promise<void> {
  for (const id of ids) {
    const invocation = isDry ? await client.invocation(id) : await client[verb](id);
    if (terminal.isJson) terminal.document(invocation);
    else terminal.line(terminal.manner.isQuiet ? invocation.id : told(verb, id, invocation, isDry));
  }
}

function told(verb: Verb, id: string, invocation: InvocationDocument, isDry: boolean): string {
  if (isDry) return `${id} is ${invocation.state}.`;
  return verb === 'cancel' ? `${id} is ${invocation.state}.` : `${id} is redriven as ${invocation.id}.`;
}

async function actOnFiltered(verb: Verb, { client, terminal }: Session, options: ManyOptions): Promise<Exit> {
  const { dryRun, limit } = options;
  const result = await client.many(verb, filterOf(options), { dryRun, limit });
  const { invocations, matched, refused } = result;
  if (terminal.isJson) terminal.document(result);
  else if (terminal.manner.isQuiet) terminal.lines(invocations.map(({ id }) => id));
  else {
    const look = { now: Date.now(), paint: terminal.paint, columns: terminal.columns };
    if (invocations.length > 0) terminal.lines(invocationTable(invocations, look));
    for (const { detail, id } of refused) terminal.warn(`${id}: ${detail}`);
    const done = result[DONE[verb]] ?? 0;
    terminal.line(dryRun ? `${matched} would be ${DONE[verb]}.` : `${done} of ${matched} ${DONE[verb]}.`);
    if (!dryRun && done + refused.length < matched) terminal.note('There are more: run it again, or with --limit.');
  }
  return refused.length > 0 ? 'failed' : 'ok';
}
