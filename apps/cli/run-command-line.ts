import { messageOf } from '../../libs/core/errors.js';
import { type Command, CommanderError } from 'commander';
import { EXIT_CODES, type Exit } from './outcome/exit-code.js';
import { Failure, misuse } from './outcome/failure.js';
import { Interrupts } from './terminal/interrupts.js';
import { createProgram, eachCommand } from './program.js';
import { Session } from './session/session.js';
import { Environment, type GlobalOptions } from './session/settings.js';
import type { Acts } from './options/teach.js';
import { printable } from './terminal/terminal.js';

/** Runs one command, and returns its exit code. What goes wrong is told on standard error. */
export async function runCommandLine(parameters: readonly string[], variables: NodeJS.ProcessEnv): Promise<number> {
  using interrupts = new Interrupts();
  const readers = watchReaders(interrupts);
  let exit: Exit = 'ok';
  let globals: GlobalOptions = { json: parameters.includes('--json') };
  const acts: Acts =
    (act) =>
    async (...all) => {
      // commander calls with the arguments, then the options, then the command.
      const command = all.at(-1) as { optsWithGlobals<T extends object>(): T };
      globals = command.optsWithGlobals<GlobalOptions>();
      await using session = new Session(new Environment(variables), interrupts, globals);
      exit = (await act(session, globals as never, ...(all.slice(0, -2) as never))) ?? 'ok';
    };
  try {
    const program = createProgram(acts);
    if (globals.json) speakOnlyDocuments(program);
    await program.parseAsync([...parameters], { from: 'user' });
    await allWritten(process.stdout);
    return readers.areGone ? EXIT_CODES.unread : EXIT_CODES[exit];
  } catch (error) {
    if (readers.areGone) return EXIT_CODES.unread;
    return end(error, interrupts, globals.json === true);
  }
}

function end(error: unknown, interrupts: Interrupts, isJson: boolean): number {
  // It has said on standard error what is wrong, or on standard output what was asked for.
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT_CODES.ok;
    if (isJson) process.stderr.write(asDocument(misuse(error.message.replace(/^error: /, ''))));
    return EXIT_CODES.usage;
  }
  if (error instanceof Failure) {
    process.stderr.write(isJson ? asDocument(error) : asText(error));
    return EXIT_CODES[error.exit];
  }
  if (interrupts.signal.aborted) return EXIT_CODES.interrupted;
  if (isSystemError(error))
    return end(new Failure('failed', `${error.message}.`, { cause: error }), interrupts, isJson);
  if (isJson) return end(new Failure('failed', messageOf(error), { cause: error }), interrupts, isJson);
  throw error;
}

/** A full disk, a file that went away, a connection that broke: the message says it all, a stack would not help. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string';
}

function asText({ advice, message, problem }: Failure): string {
  const code = problem?.code === undefined ? '' : ` (${problem.code})`;
  const rules = problem?.errors ?? [];
  // A single broken rule is the message already.
  const what = rules.length > 1 ? `${problem?.title ?? 'Rules are broken'}${code}:` : `${message}${code}`;
  const lines = [
    `ebb: ${what}`,
    ...(rules.length > 1 ? rules.map(({ field, rule }) => `  ${field}: ${rule}`) : []),
    ...(problem?.code === 'InternalFailure' ? [`  Request id: ${problem.requestId}`] : []),
    ...(advice === undefined ? [] : [`  ${advice}`]),
  ];
  return printable(`${lines.join('\n')}\n`);
}

function asDocument({ advice, exit, message, problem }: Failure): string {
  const error = { detail: message, ...problem, exitCode: EXIT_CODES[exit], advice };
  return `${JSON.stringify({ error })}\n`;
}

/** What is wrong with the command line itself is told as a document, too. */
function speakOnlyDocuments(program: Command): void {
  eachCommand(program, (command) => command.configureOutput({ writeErr: () => undefined }));
}

/**
 * Whoever reads the results may have had enough, as `head` has, or be a terminal that was closed: the command ends in
 * order then, with nothing to complain of. Nobody has to listen to how it goes.
 */
function watchReaders(interrupts: Interrupts): { areGone: boolean } {
  const readers = { areGone: false };
  process.stdout.on('error', (error) => {
    if (!isUnread(error)) throw error;
    if (!readers.areGone) interrupts.leave();
    readers.areGone = true;
  });
  process.stderr.on('error', (error) => {
    if (!isUnread(error)) throw error;
  });
  return readers;
}

/** Only when all is written is it known whether somebody read it. */
function allWritten(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0) return Promise.resolve();
  return new Promise((resolve) => stream.write('', () => setImmediate(resolve)));
}

/** A terminal that is no more answers with EIO. */
function isUnread({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'EIO' || code === 'ERR_STREAM_DESTROYED';
}
