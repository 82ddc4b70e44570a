import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../program.js';

function deep(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...deep(child)]);
}

const program = createProgram(() => async () => undefined);
const commands = deep(program).filter((command) => !['complete', 'help'].includes(command.name()));

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text;
}

describe('the help of a command', () => {
  it.each(commands.map((command) => [command.name(), command] as const))(
    'of %s teaches by examples and exit codes',
    (_name, command) => {
      const help = helpOf(command);
      const examples = help.split('\n').filter((line) => line.startsWith('  $ '));
      expect(examples.length).toBeGreaterThanOrEqual(2);
      expect(help).toMatch(/Exit codes:\n {4}0 {2}/);
      expect(command.summary()).not.toBe('');
    },
  );

  it.each(commands.flatMap(commandLinesOf))('shows `ebb %s`, which can be parsed as it stands', async (commandLine) => {
    const fresh = createProgram(() => async () => undefined);
    for (const each of [fresh, ...deep(fresh)]) each.configureOutput({ writeErr: () => undefined });
    const words = commandLine.split(/\s+/).map((word) => word.replaceAll("'", ''));
    await expect(fresh.parseAsync(words, { from: 'user' })).resolves.toBeDefined();
  });
});

/** What follows `ebb` in the examples of a command, up to what the shell makes of the rest. */
function commandLinesOf(command: Command): string[] {
  const examples = [...helpOf(command).matchAll(/^ {2}\$ (.*)$/gm)].map(([, line]) => line!);
  return examples.flatMap((line) => [...line.matchAll(/(?:^|\()ebb ([^|<>)]+)/g)].map(([, words]) => words!.trim()));
}
