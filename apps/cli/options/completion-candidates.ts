import type { Argument, Command, Option } from 'commander';

/** What may stand where the cursor is. */
export interface Candidates {
  readonly values: readonly Candidate[];
  /** Names of things that the shell or Ebb knows. */
  readonly kind?: 'files' | 'endpoints';
}

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** Finds what may stand in the place of the last of `words`, which are those after `ebb`. */
export function candidatesFor(program: Command, words: readonly string[]): Candidates {
  const place = placeOf(program, words.slice(0, -1));
  const current = words.at(-1) ?? '';
  const { values, kind } = fitting(program, place, current);
  return { values: values.filter(({ value }) => value.startsWith(current)), kind };
}

/** How far the words before the cursor have come. */
interface Place {
  readonly command: Command;
  /** Arguments of the command that are there already. */
  readonly given: number;
  /** The option whose value is next. */
  readonly option?: Option;
}

function placeOf(program: Command, words: readonly string[]): Place {
  let place: Place = { command: program, given: 0 };
  for (const word of words) place = step(program, place, word);
  return place;
}

function step(program: Command, { command, given, option }: Place, word: string): Place {
  if (option) return { command, given };
  if (word.startsWith('-') && word !== '-') {
    const named = optionsOf(program, command).find(({ long, short }) => word === long || word === short);
    return { command, given, option: named?.required ? named : undefined };
  }
  const child = given === 0 ? command.commands.find((each) => each.name() === word) : undefined;
  return child ? { command: child, given: 0 } : { command, given: given + 1 };
}

function fitting(program: Command, { command, given, option }: Place, current: string): Candidates {
  if (option) return valuesOf(option.flags, option.argChoices);
  if (current.startsWith('-')) {
    const options = optionsOf(program, command).filter(({ hidden }) => !hidden);
    return { values: options.map(({ description, flags, long }) => ({ value: long ?? flags, description })) };
  }
  if (command.commands.length > 0) return { values: visibleCommands(command) };
  const argument = argumentAt(command.registeredArguments, given);
  return argument ? valuesOf(argument.name(), argument.argChoices) : { values: [] };
}

function argumentAt(all: readonly Argument[], given: number): Argument | undefined {
  const last = all.at(-1);
  return all[given] ?? (last?.variadic ? last : undefined);
}

function optionsOf(program: Command, command: Command): readonly Option[] {
  return command === program ? program.options : [...command.options, ...program.options];
}

function visibleCommands(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((each) => ({ value: each.name(), description: each.summary() || each.description() }));
}

function valuesOf(name: string, choices: readonly string[] | undefined): Candidates {
  if (choices) return { values: choices.map((value) => ({ value, description: '' })) };
  if (/endpoint/.test(name)) return { values: [], kind: 'endpoints' };
  return { values: [], kind: /file|folder|dir/.test(name) ? 'files' : undefined };
}
