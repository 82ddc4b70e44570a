import { Command } from 'commander';
import { EXIT_CODES, EXIT_MEANINGS, type Exit } from '../outcome/exit-code.js';
import type { Session } from '../session/session.js';

/** What a command does with its options and arguments. It ends with `ok` unless it says other. */
export type Act<O, A extends unknown[]> = (session: Session, options: O, ...parameters: A) => Promise<Exit | void>;

/** Makes what commander calls out of what a command does. */
export type Acts = <O, A extends unknown[]>(act: Act<O, A>) => (...all: unknown[]) => Promise<void>;

/** What the help of a command teaches beside its options. */
export interface Lesson {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** Whole sentences. */
  readonly description: string;
  readonly examples: readonly (readonly [commandLine: string, meaning: string])[];
  /** The ends that the command may come to, beside those of any command; with what they mean here, if that is more exact. */
  readonly exits?: Partial<Readonly<Record<Exit, string | true>>>;
}

/** Ends that any command may come to that asks Ebb. */
const COMMON_EXITS: ReadonlySet<Exit> = new Set(['ok', 'usage', 'refused', 'unreachable', 'later', 'interrupted']);

/** A command with help that teaches. */
export function taught({ description, examples, exits = {}, name, summary }: Lesson): Command {
  return new Command(name)
    .summary(summary)
    .description(description)
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', `\n${exampleText(examples)}\n\n${exitText(exits)}`);
}

function exampleText(examples: Lesson['examples']): string {
  const lines = examples.flatMap(([commandLine, meaning]) => [`  # ${meaning}`, `  $ ${commandLine}`]);
  return ['Examples:', ...lines].join('\n');
}

function exitText(exits: NonNullable<Lesson['exits']>): string {
  const named = (Object.keys(EXIT_CODES) as Exit[]).filter((exit) => COMMON_EXITS.has(exit) || exits[exit]);
  const lines = named.map((exit) => {
    const own = exits[exit];
    return `  ${String(EXIT_CODES[exit]).padStart(3)}  ${typeof own === 'string' ? own : EXIT_MEANINGS[exit]}`;
  });
  return ['Exit codes:', ...lines].join('\n');
}
