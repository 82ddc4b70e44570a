import { type Command, Option } from 'commander';
import type { InvocationFilter } from './ebb-client.js';
import { pair, time } from './option-values.js';

const STATES = ['Queued', 'Running', 'Completed', 'Failed', 'Expired', 'Cancelled'] as const;

/** The options that say which invocations are meant. */
export interface FilterOptions {
  readonly endpoint?: string;
  readonly state?: readonly string[];
  readonly label?: Readonly<Record<string, string>>;
  readonly since?: string;
  readonly until?: string;
  readonly error?: string;
}

/** Gives a command the options that say which invocations are meant. */
export function withFilter(command: Command): Command {
  return command
    .option('-e, --endpoint <name>', 'of this endpoint')
    .addOption(
      new Option('-s, --state <state...>', 'in one of these states')
        .choices(STATES)
        .argParser((text: string, before: readonly string[] = []) => [...before, stateOf(text)]),
    )
    .option('-l, --label <name=value>', 'with this label; may be repeated', pair)
    .option('--since <time>', 'accepted from then on: a time, or how long ago, such as 2h', time)
    .option('--until <time>', 'accepted before then', time)
    .option('--error <class>', 'that ended with an error of this class');
}

/** Any case will do on the command line. */
function stateOf(text: string): string {
  return STATES.find((state) => state.toLowerCase() === text.toLowerCase()) ?? text;
}

/** Absent members do not matter. */
export function filterOf({ endpoint, error, label, since, state, until }: FilterOptions): InvocationFilter {
  return {
    endpoint,
    states: state,
    labels: label,
    acceptedAfter: since,
    acceptedBefore: until,
    errorClass: error,
  };
}

/** Whether anything was said at all. */
export function isFiltered(filter: InvocationFilter): boolean {
  return Object.values(filter).some((value) => value !== undefined);
}
