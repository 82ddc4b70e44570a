import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { checkedToken, keepToken } from '../session/credentials.js';
import { misuse } from '../outcome/failure.js';
import type { Session } from '../session/session.js';
import { type Acts, taught } from '../options/teach.js';

/** `ebb login`. */
export function loginCommand(acts: Acts) {
  return taught({
    name: 'login',
    summary: 'keep the token of an access key for an Ebb',
    description:
      "Asks for an access key's token, or reads it from standard input, checks it, and keeps it for this Ebb in " +
      '~/.config/ebb/credentials, which nobody else may read.',
    examples: [
      ['ebb login', 'asks for the token, and does not show it'],
      ['ebb login --url https://ebb.example.com < token', 'for another Ebb, from a file'],
    ],
    exits: { refused: 'the token is not accepted, and is not kept' },
  }).action(acts(login));
}

/** `ebb logout`. */
export function logoutCommand(acts: Acts) {
  return taught({
    name: 'logout',
    summary: 'forget the token for an Ebb',
    description:
      'Forgets what `ebb login` has kept for this Ebb. The key itself stays valid: `ebb keys revoke` ends it.',
    examples: [
      ['ebb logout', 'for the Ebb that is meant unless told'],
      ['ebb logout --url https://ebb.example.com', 'for another one'],
    ],
  }).action(acts(logout));
}

async function login(session: Session): Promise<void> {
  const { environment, terminal, url } = session;
  const given = process.stdin.isTTY ? await askHidden(session) : (await text(process.stdin)).trim();
  const token = checkedToken(given, 'The token');
  const client = session.clientWith(token);
  const caller = await client.whoami().finally(() => client.http.close());
  keepToken(environment, url, token);
  if (terminal.isJson) terminal.document(caller);
  else terminal.note(`You are ${caller.name} at ${url}, and may ${caller.role}.`);
}

async function logout({ environment, terminal, url }: Session): Promise<void> {
  keepToken(environment, url, undefined);
  if (terminal.isJson) terminal.document({ url });
  else terminal.note(`No token is kept for ${url}.`);
}

/** What is typed is not shown. */
async function askHidden({ signal, url }: Session): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // Only now: what is typed before the prompt has the keyboard would be seen.
  process.stderr.write(`Token for ${url}: `);
  const closed = new AbortController();
  prompt.once('close', () => closed.abort());
  // While it reads, the terminal hands Ctrl-C to the prompt.
  prompt.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return (await prompt.question('', { signal: AbortSignal.any([signal, closed.signal]) })).trim();
  } catch (error) {
    throw signal.aborted ? error : misuse('No token was given.');
  } finally {
    prompt.close();
    process.stderr.write('\n');
  }
}
