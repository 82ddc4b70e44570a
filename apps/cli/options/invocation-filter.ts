import { FAILURE_KINDS } from '../../../libs/core/invocation/attempt.js';
import { type Command, Option } from 'commander';
import { INVOCATION_STATES, type InvocationState } from '../../../libs/core/invocation/invocation.js';
import type { InvocationFilter } from '../client/ebb-client.js';
import { pair, time } from './option-values.js';

/** The options that say which invocations are meant. */
export interface FilterOptions {
  readonly endpoint?: string;
  readonly state?: readonly string[];
  readonly label?: Readonly<Record<string, string>>;
  readonly since?: string;
  readonly until?: string;
  readonly error?: readonly string[];
}

/** Gives a command the options that say which invocations are meant: those in one of `states`. */
export function withFilter(command: Command, states: readonly InvocationState[] = INVOCATION_STATES): Command {
  command
    .option('-e, --endpoint <name>', 'of this endpoint')
    .addOption(oneOf('-s, --state <state>', 'in this state; may be repeated', states))
    .option('-l, --label <name=value>', 'with this label; may be repeated', pair)
    .option('--since <time>', 'accepted from then on: a time, or how long ago, such as 2h', time)
    .option('--until <time>', 'accepted before then', time);
  if (!states.includes('Failed')) return command;
  return command.addOption(
    oneOf('--error <class>', 'that ended with an error of this class; may be repeated', FAILURE_KINDS),
  );
}

/** An option that may be repeated. Any case will do on the command line. */
function oneOf(flags: string, description: string, values: readonly string[]): Option {
  const option = new Option(flags, description).choices(values);
  const check = option.parseArg!;
  return option.argParser((text: string, before: readonly string[] | undefined): string[] => {
    const value = values.find((each) => each.toLowerCase() === text.toLowerCase()) ?? text;
    check(value, undefined);
    return [...(before ?? []), value];
  });
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
