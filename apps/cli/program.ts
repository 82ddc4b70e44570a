import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { repositoryRoot } from '../../libs/host/repository-root.js';
import { cancelCommand } from './commands/cancel.js';
import { completeCommand, completionCommand } from './commands/completion.js';
import { deleteCommand } from './commands/delete.js';
import { deployCommand } from './commands/deploy.js';
import { doctorCommand } from './commands/doctor.js';
import { endpointsCommand } from './commands/endpoints.js';
import { invokeCommand } from './commands/invoke.js';
import { keysCommand } from './commands/keys.js';
import { loginCommand, logoutCommand } from './commands/login.js';
import { logsCommand } from './commands/logs.js';
import { lsCommand } from './commands/ls.js';
import { outputCommand } from './commands/output.js';
import { redriveCommand } from './commands/redrive.js';
import { scaleCommand } from './commands/scale.js';
import { simulateCommand } from './commands/simulate.js';
import { statusCommand } from './commands/status.js';
import { topCommand } from './commands/top.js';
import { upCommand } from './commands/up.js';
import { whyCommand } from './commands/why.js';
import { EXIT_CODES, EXIT_MEANINGS, type Exit } from './outcome/exit-code.js';
import { DEFAULT_URL } from './session/settings.js';
import type { Acts } from './options/teach.js';

type MakesCommand = (acts: Acts, program: Command) => Command;

const GROUPS: Readonly<Record<string, readonly MakesCommand[]>> = {
  'Run Ebb:': [upCommand, doctorCommand, simulateCommand],
  'Endpoints:': [deployCommand, endpointsCommand, scaleCommand, logsCommand, topCommand, deleteCommand],
  'Work:': [invokeCommand, lsCommand, statusCommand, whyCommand, outputCommand, cancelCommand, redriveCommand],
  'Access:': [loginCommand, logoutCommand, keysCommand],
  'Shell:': [completionCommand],
};

/** The whole of `ebb`, to be parsed. */
export function createProgram(acts: Acts): Command {
  const program = new Command('ebb')
    .description('Runs model containers behind a durable queue, and holds no capacity when there is no work.')
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpCommand(
      new Command('help').argument('[command]').description('print the help of a command').helpGroup('Shell:'),
    )
    .option('--url <url>', `where Ebb is (EBB_URL, else ${DEFAULT_URL})`)
    .option('--json', 'print documents for programs: one JSON document a line')
    .option('-q, --quiet', 'print results only')
    .option('--no-color', 'print without colours (NO_COLOR)')
    .showHelpAfterError('Try `ebb --help`, or --help after the command.')
    .addHelpText('after', afterText());
  for (const [heading, makers] of Object.entries(GROUPS)) {
    program.commandsGroup(heading);
    for (const make of makers) addWithManners(program, make(acts, program));
  }
  addWithManners(program, completeCommand(acts, program), true);
  eachCommand(program, (command) => command.exitOverride());
  return program;
}

/** Does something with the command and those below it, however deep. */
export function eachCommand(command: Command, act: (command: Command) => void): void {
  act(command);
  for (const child of command.commands) eachCommand(child, act);
}

function addWithManners(program: Command, command: Command, hidden = false): void {
  eachCommand(command, (each) => each.showHelpAfterError(`Try \`ebb ${command.name()} --help\`.`));
  program.addCommand(command, { hidden });
}

function afterText(): string {
  const exits = (Object.keys(EXIT_CODES) as Exit[]).map(
    (exit) => `  ${String(EXIT_CODES[exit]).padStart(3)}  ${EXIT_MEANINGS[exit]}`,
  );
  return `
Examples:
  # start Ebb on this machine, then in another shell deploy an image, use it, and look at it
  $ ebb up
  $ ebb deploy infra/images/ocr --max 3
  $ ebb invoke ocr letter.png --wait
  $ ebb top

Exit codes of every command; each help says which of them are to be expected:
${exits.join('\n')}

An access key's token is read from EBB_TOKEN, from the file that EBB_TOKEN_FILE names, or from \`ebb login\`.`;
}

function version(): string {
  const file = join(repositoryRoot(import.meta.dirname), 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
