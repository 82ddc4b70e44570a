import { Argument, type Command } from 'commander';
import { candidatesFor } from '../options/completion-candidates.js';
import { SHELLS, completionScript } from '../options/completion-scripts.js';
import type { Session } from '../session/session.js';
import { type Acts, taught } from '../options/teach.js';

/** Whoever waits for a completion does not wait longer for Ebb. */
const LIMIT_MS = 5_000;

/** `ebb completion`. */
export function completionCommand(acts: Acts): Command {
  return taught({
    name: 'completion',
    summary: 'print what makes a shell complete commands, options and endpoints',
    description: 'Prints a script for a shell: with it, Tab completes commands, options, files and names of endpoints.',
    examples: [
      ['source <(ebb completion bash)', 'in ~/.bashrc'],
      ['source <(ebb completion zsh)', 'in ~/.zshrc, after compinit'],
      ['ebb completion fish > ~/.config/fish/completions/ebb.fish', 'once'],
    ],
  })
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .action(
      acts(async ({ terminal }, _options: object, shell: (typeof SHELLS)[number]) => {
        terminal.out.write(completionScript(shell));
      }),
    );
}

/** What the scripts call: one candidate a line, with its description after a tab; `:files` stands for names of files. */
export function completeCommand(acts: Acts, program: Command): Command {
  return taught({ name: 'complete', summary: 'what may come next', description: 'For the shell.', examples: [] })
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(acts((session, _options: object, words: readonly string[]) => complete(session, program, words)));
}

async function complete(session: Session, program: Command, words: readonly string[]): Promise<void> {
  const { kind, values } = candidatesFor(program, words);
  for (const { description, value } of values) session.terminal.line(`${value}\t${description}`);
  if (kind === 'files') session.terminal.line(':files');
  if (kind === 'endpoints')
    for (const name of await endpointNames(session, words.at(-1) ?? '')) session.terminal.line(name);
}

/** Where Ebb cannot be asked there is nothing to complete, and nothing to say about it either. */
async function endpointNames({ client }: Session, prefix: string): Promise<string[]> {
  const endpoints = await client.endpoints(AbortSignal.timeout(LIMIT_MS)).catch(() => []);
  return endpoints.map(({ name }) => name).filter((name) => name.startsWith(prefix));
}
