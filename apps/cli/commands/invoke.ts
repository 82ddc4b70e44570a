import { Option } from 'commander';
import { boundedParallel } from '../invoke/bounded-parallel.js';
import type { Exit } from '../outcome/exit-code.js';
import { Failure, misuse } from '../outcome/failure.js';
import { span } from '../format/quantities.js';
import { collect } from '../invoke/collection.js';
import { type Source, sourcesOf } from '../invoke/sources.js';
import { type Submitted, type Terms, submit } from '../invoke/submission.js';
import { UploadBars } from '../invoke/upload-bars.js';
import { pair, seconds, wholeNumber } from '../options/option-values.js';
import { prepareFolder } from '../invoke/save-output.js';
import type { Session } from '../session/session.js';
import { type Acts, taught } from '../options/teach.js';
import { endpointArgument } from './endpoints.js';

interface InvokeOptions extends Terms {
  readonly wait?: boolean;
  readonly out?: string;
  readonly timeout?: number;
  readonly parallel: number;
}

/** `ebb invoke`. */
export function invokeCommand(acts: Acts) {
  return taught({
    name: 'invoke',
    summary: 'send inputs to an endpoint, and wait for the outputs if you like',
    description:
      'Sends each FILE as an invocation, streamed, however large it is. FILE may be - for standard input, or s3://… for ' +
      'what lies in a bucket that Ebb reaches. With --wait the output of a single FILE goes to standard output, and ' +
      'those of several go to the folder of --out. Ctrl-C ends the waiting, not the work.',
    examples: [
      ['ebb invoke ocr letter.png', 'hand it in, and go on'],
      ['ebb invoke ocr letter.png --wait > letter.txt', 'wait for the output'],
      ['ebb invoke ocr scans/*.png --out read --label batch=7', 'many files; the outputs into a folder'],
    ],
    exits: {
      ok: 'all were accepted; with --wait, all are Completed',
      failed: 'with --wait: one or more are not Completed',
      notFound: 'there is no such endpoint',
      timedOut: 'they have not ended in the time of --timeout; they go on',
      conflict: 'the endpoint takes none in its present state, or the idempotency key was used for another request',
    },
  })
    .addArgument(endpointArgument())
    .argument('<file...>', 'inputs: files, -, or s3://bucket/key')
    .option('-w, --wait', 'wait until they have ended')
    .option('-o, --out <folder>', 'wait, and write the outputs there')
    .option('--timeout <span>', 'wait no longer than this', seconds)
    .option('--content-type <type>', "what the inputs are (else by the files' names)")
    .option('--accept <type>', 'what the output is to be')
    .addOption(new Option('--priority <priority>', 'a head start, or the contrary').choices(['high', 'normal', 'low']))
    .option('--ttl <span>', 'give up what has not begun by then', seconds)
    .option('--deadline <time>', 'the same, as a time: 2026-01-31T12:00:00Z')
    .option('--invocation-timeout <span>', 'how long the container may take', seconds)
    .option('-l, --label <name=value>', 'a label to find it by; may be repeated', pair)
    .option('--callback <url>', 'who is called when it has ended')
    .option('--idempotency-key <key>', 'for one FILE: accepted once, however often it is sent')
    .option('--inference-id <id>', 'for one FILE: your own name for it')
    .option('--custom-attributes <text>', 'handed to the container')
    .option('--parallel <number>', 'so many are sent at a time', wholeNumber(1, 32), 4)
    .action(acts(invoke));
}

async function invoke(
  session: Session,
  options: InvokeOptions,
  endpoint: string,
  files: readonly string[],
): Promise<Exit> {
  const sources = sourcesOf(files);
  check(options, sources);
  const { out, timeout, wait } = options;
  if (out !== undefined) prepareFolder(out);
  const accepted = await submitAll(session, endpoint, sources, options);
  if (!wait && out === undefined) {
    for (const each of accepted) tell(session, each);
    return 'ok';
  }
  // A table follows where somebody looks.
  if (!session.terminal.isLive)
    for (const each of accepted) session.terminal.note(`${each.source.file}  accepted as ${each.answer.id}`);
  return collect(session, accepted, { out, timeoutSeconds: timeout });
}

function check({ idempotencyKey, inferenceId, out, timeout, wait }: InvokeOptions, sources: readonly Source[]): void {
  if (sources.length > 1 && (idempotencyKey ?? inferenceId) !== undefined) {
    throw misuse('--idempotency-key and --inference-id are for a single FILE.');
  }
  if (timeout !== undefined && !wait && out === undefined) throw misuse('--timeout goes with --wait or --out.');
}

/** In the order of the sources. What was accepted before something went wrong is told, for it goes on. */
async function submitAll(
  session: Session,
  endpoint: string,
  sources: readonly Source[],
  options: InvokeOptions,
): Promise<Submitted[]> {
  using bars = new UploadBars(session.terminal);
  const accepted = new Map<Source, Submitted>();
  try {
    await boundedParallel(sources, options.parallel, async (source) => {
      accepted.set(source, await submit(session, { endpoint, source, terms: options }, bars));
    });
  } catch (error) {
    bars[Symbol.dispose]();
    for (const each of accepted.values()) tell(session, each);
    if (error instanceof Failure && sources.length > 1) throw inContext(error, sources, accepted);
    if (accepted.size > 0) session.terminal.warn(`ebb: ${howMany(accepted.size, sources.length)}`);
    throw error;
  }
  return sources.map((source) => accepted.get(source)!);
}

function inContext(failure: Failure, sources: readonly Source[], accepted: ReadonlyMap<Source, Submitted>): Failure {
  const first = sources.find((source) => !accepted.has(source));
  const { exit, message, problem } = failure;
  const advice = [howMany(accepted.size, sources.length), failure.advice].filter(Boolean).join(' ');
  return new Failure(exit, `${first?.file}: ${message}`, { advice, problem, cause: failure });
}

function howMany(accepted: number, all: number): string {
  if (accepted === 0) return 'None was accepted.';
  return `${accepted} of ${all} were accepted and go on; the others were not sent.`;
}

function tell({ terminal }: Session, { answer, source }: Submitted): void {
  if (terminal.isJson) terminal.document({ file: source.file, ...answer });
  else if (terminal.manner.isQuiet) terminal.line(answer.id);
  else terminal.line(`${source.file}  ${answer.id}  ${terminal.paint.state(answer.state)}${outlookOf(answer)}`);
}

/** How soon it is likely to begin. */
function outlookOf({ estimatedStartAt, position, state }: Submitted['answer']): string {
  if (state !== 'Queued') return '';
  const inMs = estimatedStartAt === undefined ? undefined : Date.parse(estimatedStartAt) - Date.now();
  return [
    position === undefined || position === 0 ? '' : `, ${position} before it`,
    inMs === undefined ? '' : `, starts in about ${span(inMs)}`,
  ].join('');
}
