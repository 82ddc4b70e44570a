import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Option } from 'commander';
import { endTogether } from '../session/end-together.js';
import type { Exit } from '../outcome/exit-code.js';
import { Http } from '../client/http.js';
import { another, wholeNumber } from '../options/option-values.js';
import { builtEntry, serviceEnvironment } from '../session/service-environment.js';
import type { Session } from '../session/session.js';
import { type Acts, taught } from '../options/teach.js';

interface UpOptions {
  readonly port?: number;
  readonly host?: string;
  readonly data?: string;
  readonly profile?: string;
  readonly images?: readonly string[];
  readonly logLevel?: string;
}

const STOPPING = 'Stopping: what runs has some seconds to finish. Ctrl-C once more ends Ebb at once.';
const READY = /^Ebb is ready at (\S+)/;

/** `ebb up`. */
export function upCommand(acts: Acts) {
  return taught({
    name: 'up',
    summary: 'start Ebb on this machine, in the foreground',
    description:
      'Starts Ebb: the API, the autoscaler and the worker in one process, until Ctrl-C. Work that is accepted is kept; ' +
      'the next start goes on with it. Every setting of the service can be given in the environment as well, as EBB_....',
    examples: [
      ['ebb up', 'on port 7070, reachable from this machine only'],
      ['ebb up --port 8080 --data ~/ebb --images ~/models', 'elsewhere, with image folders of your own'],
      ['ebb up --profile docker', 'with containers instead of processes'],
    ],
    exits: { ok: 'it was stopped', failed: 'it could not start, or ended by itself', usage: 'a setting breaks a rule' },
  })
    .option('-p, --port <number>', 'where to listen; 0 for any free port (EBB_PORT, else 7070)', wholeNumber(0, 65_535))
    .option('--host <address>', 'the address to listen on (EBB_HOST, else 127.0.0.1)')
    .option('--data <folder>', 'where everything is kept (EBB_DATA_DIR)')
    .addOption(new Option('--profile <name>', 'what instances are (EBB_PROFILE)').choices(['local', 'docker']))
    .option('--images <folder>', 'a folder with image folders, beside those of EBB_IMAGES; may be repeated', another)
    .option('--log-level <level>', 'what is logged to standard error (EBB_LOG_LEVEL, else warn)')
    .action(acts(up));
}

async function up(session: Session, options: UpOptions): Promise<Exit> {
  const child = spawn(process.execPath, [builtEntry('standalone')], {
    env: settingsOf(session, options),
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own: the terminal's Ctrl-C would reach it besides, and a second signal ends Ebb at once.
    detached: true,
  });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const { signal: leaving, terminal } = session;
  leaving.addEventListener('abort', () => terminal.note(STOPPING), { once: true });
  endTogether(child, session);
  passHangUpOn(session, child);
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const url = READY.exec(line)?.[1];
    if (url === undefined) terminal.note(line);
    else void welcome(session, url, line);
  });
  const [code, signal] = await ended;
  if (code === 0) return 'ok';
  if (signal && leaving.aborted) return 'interrupted';
  if (signal) terminal.warn(`ebb: Ebb was ended by ${signal}.`);
  return code === 2 ? 'usage' : 'failed';
}

function settingsOf({ environment }: Session, options: UpOptions): NodeJS.ProcessEnv {
  const { data, host, images, logLevel, port, profile } = options;
  const settings = serviceEnvironment(environment);
  return {
    ...settings,
    EBB_IMAGES: [...(images ?? []).map((folder) => resolve(folder)), settings['EBB_IMAGES']].join(delimiter),
    EBB_LOG_LEVEL: logLevel ?? environment.text('EBB_LOG_LEVEL') ?? 'warn',
    ...(data !== undefined && { EBB_DATA_DIR: resolve(data) }),
    ...(host !== undefined && { EBB_HOST: host }),
    ...(port !== undefined && { EBB_PORT: String(port) }),
    ...(profile !== undefined && { EBB_PROFILE: profile }),
  };
}

/** What whoever keeps services sends Ebb after a renewal of its certificate; at a terminal it means that that was closed. */
function passHangUpOn({ environment, interrupts }: Session, child: ChildProcess): void {
  const isAtTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  if (environment.text('EBB_TLS_CERT_FILE') === undefined || isAtTerminal) return;
  interrupts.answerHangUp(() => child.kill('SIGHUP'));
}

async function welcome({ signal, terminal }: Session, url: string, line: string): Promise<void> {
  if (terminal.isJson) {
    terminal.document({ url });
    return;
  }
  terminal.line(line);
  terminal.line(`  API      ${url}/v1`);
  const http = new Http(url, undefined, signal);
  if (await http.has('/console')) terminal.line(`  Console  ${url}/console`);
  await http.close();
  terminal.note('  Ctrl-C stops it. In another shell: ebb deploy, ebb invoke, ebb top.');
}
