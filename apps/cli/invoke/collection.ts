import { join } from 'node:path';
import type { InvocationDocument } from '../client/documents.js';
import type { Exit } from '../outcome/exit-code.js';
import { Failure } from '../outcome/failure.js';
import { remarkOn } from '../format/invocation.js';
import { span } from '../format/quantities.js';
import { contentTypeOf, extensionOf, outputTo } from './save-output.js';
import type { Session } from '../session/session.js';
import { outputNames } from './sources.js';
import type { Submitted } from './submission.js';
import { type Listener, type News, awaitAll } from './waiting.js';
import { reconnecting } from './reconnecting.js';
import { WaitingView } from './waiting-view.js';

/** So many ids are worth repeating in a line of advice. */
const NAMED_IDS = 3;

interface CollectionTerms {
  /** The folder for outputs. */
  readonly out?: string;
  readonly timeoutSeconds?: number;
}

/** Waits for what was accepted, fetches the outputs, and tells how each has ended. */
export async function collect(
  session: Session,
  submitted: readonly Submitted[],
  { out, timeoutSeconds }: CollectionTerms,
): Promise<Exit> {
  const { interrupts, signal: ended } = session;
  const limit = timeoutSeconds === undefined ? undefined : AbortSignal.timeout(timeoutSeconds * 1000);
  const collection = new Collection(session, submitted, out);
  interrupts.answerFirst(() => collection.offerToPart());
  try {
    await awaitAll(session, submitted, limit ? AbortSignal.any([limit, ended]) : ended, collection);
  } catch (error) {
    if (limit?.aborted && !ended.aborted) throw timedOut(timeoutSeconds!, collection.open);
    collection[Symbol.dispose]();
    if (error instanceof Failure || ended.aborted) collection.part();
    throw error;
  } finally {
    interrupts.answerFirst(undefined);
    collection[Symbol.dispose]();
  }
  await collection.printOnly();
  return collection.isComplete ? 'ok' : 'failed';
}

/** What is waited for, and what has come of it so far. */
class Collection implements Listener, Disposable {
  /** Those that have come to an end in which there is an output. */
  readonly #completed = new Set<Submitted>();
  readonly #open: Set<Submitted>;
  readonly #names: ReadonlyMap<Submitted, string>;
  readonly #view: WaitingView;
  #isOffered = false;

  constructor(
    private readonly session: Session,
    private readonly submitted: readonly Submitted[],
    private readonly out: string | undefined,
  ) {
    this.#open = new Set(submitted);
    const names = outputNames(submitted.map(({ source }) => source));
    this.#names = new Map(submitted.map((each, at) => [each, names[at]!]));
    this.#view = new WaitingView(session, submitted);
  }

  get open(): readonly Submitted[] {
    return [...this.#open];
  }

  get isComplete(): boolean {
    return this.#completed.size === this.submitted.length;
  }

  heard(each: Submitted, news: News): void {
    this.#view.heard(each, news);
  }

  async settled(each: Submitted, invocation: InvocationDocument, signal: AbortSignal): Promise<void> {
    const isCompleted = invocation.state === 'Completed';
    const savedAs = isCompleted && this.out !== undefined ? await this.#save(each, this.out, signal) : undefined;
    this.#open.delete(each);
    if (isCompleted) this.#completed.add(each);
    this.#view.settled(each);
    this.#tell(each, invocation, savedAs);
  }

  /** Says that the work goes on, unless that stands there already. */
  part(): void {
    const { terminal } = this.session;
    if (terminal.isLive || !this.#isOffered) terminal.note(this.#parting());
  }

  /** Says so while it is still looked at. */
  offerToPart(): void {
    this.#isOffered = true;
    this.#view.keepInSight(`${this.#parting()} Ctrl-C once more leaves.`);
  }

  /** The output of a single input is the result of the command. */
  async printOnly(): Promise<void> {
    const { client, terminal } = this.session;
    const [only] = this.#completed;
    if (!only || this.submitted.length > 1 || this.out !== undefined || terminal.isJson) return;
    await outputTo(await client.output(only.answer.id), undefined, this.session);
  }

  [Symbol.dispose](): void {
    this.#view[Symbol.dispose]();
  }

  #parting(): string {
    return `The work goes on in Ebb: ${this.#open.size} not done yet. ${lookAt(this.open)}`;
  }

  #save(each: Submitted, folder: string, signal: AbortSignal): Promise<string> {
    return reconnecting(signal, async () => {
      const output = await this.session.client.output(each.answer.id, signal);
      const file = join(folder, `${this.#names.get(each)}${extensionOf(contentTypeOf(output))}`);
      await outputTo(output, file, this.session);
      return file;
    });
  }

  #tell({ source: { file } }: Submitted, invocation: InvocationDocument, savedAs: string | undefined): void {
    const { terminal } = this.session;
    if (terminal.isJson) {
      terminal.document({ file, ...invocation, savedAs });
      return;
    }
    if (terminal.manner.isQuiet && savedAs !== undefined) terminal.line(savedAs);
    const { acceptedAt, id, settledAt, state } = invocation;
    const took = settledAt === undefined ? '' : ` after ${span(Date.parse(settledAt) - Date.parse(acceptedAt))}`;
    const reason = state === 'Completed' ? '' : `: ${remarkOn(invocation) || 'no reason was given'} (ebb status ${id})`;
    const saved = savedAs === undefined ? '' : ` -> ${savedAs}`;
    this.#view.note(`${file}  ${terminal.notePaint.state(state)}${took}${saved}${reason}`);
  }
}

function timedOut(seconds: number, open: readonly Submitted[]): Failure {
  const goOn = open.length === 1 ? 'It goes on.' : 'They go on.';
  const message = `${open.length} not done after ${span(seconds * 1000)}. ${goOn}`;
  return new Failure('timedOut', message, { advice: lookAt(open) });
}

function lookAt(open: readonly Submitted[]): string {
  const ids = open.slice(0, NAMED_IDS).map(({ answer }) => answer.id);
  const more = open.length > ids.length ? ' …' : '';
  return `Look at it: ebb status ${ids.join(' ')}${more}; fetch what is done: ebb output ${ids[0] ?? 'ID'}.`;
}
