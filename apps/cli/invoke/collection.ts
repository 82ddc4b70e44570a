import { join } from 'node:path';
import type { InvocationDocument } from '../documents.js';
import type { Exit } from '../exit-code.js';
import { Failure } from '../failure.js';
import { remarkOn } from '../format/invocation.js';
import { span } from '../format/quantities.js';
import { contentTypeOf, extensionOf, outputTo } from '../save-output.js';
import type { Session } from '../session.js';
import { outputNames } from './sources.js';
import type { Submitted } from './submission.js';
import { awaitAll } from './waiting.js';
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
  terms: CollectionTerms,
): Promise<Exit> {
  const limit = terms.timeoutSeconds === undefined ? undefined : AbortSignal.timeout(terms.timeoutSeconds * 1000);
  const names = new Map(outputNames(submitted.map(({ source }) => source)).map((name, at) => [submitted[at]!, name]));
  const open = new Set(submitted);
  const outputs: Submitted[] = [];
  let exit: Exit = 'ok';
  {
    using view = new WaitingView(session, submitted);
    session.interrupts.answerFirst(() => view.note(parting([...open])));
    try {
      await awaitAll(session, submitted, limit ?? session.signal, async (each, invocation) => {
        if (invocation.state !== 'Completed') exit = 'failed';
        const savedAs =
          terms.out === undefined
            ? undefined
            : await save(session, each, invocation, join(terms.out, names.get(each)!));
        open.delete(each);
        view.set(each, invocation);
        if (invocation.state === 'Completed' && terms.out === undefined) outputs.push(each);
        tell(session, view, each, invocation, savedAs);
      });
    } catch (error) {
      if (limit?.aborted && !session.signal.aborted) throw timedOut(terms.timeoutSeconds!, [...open]);
      throw error;
    } finally {
      session.interrupts.answerFirst(undefined);
    }
  }
  await printOnly(session, submitted, outputs);
  return exit;
}

/** The output of a single input is the result of the command. */
async function printOnly(
  { client, terminal }: Session,
  submitted: readonly Submitted[],
  outputs: readonly Submitted[],
): Promise<void> {
  const [only] = outputs;
  if (submitted.length > 1 || !only || terminal.isJson) return;
  await outputTo(await client.output(only.answer.id), undefined, terminal);
}

async function save(
  { client, terminal }: Session,
  { answer }: Submitted,
  { state }: InvocationDocument,
  name: string,
): Promise<string | undefined> {
  if (state !== 'Completed') return undefined;
  const output = await client.output(answer.id);
  const file = `${name}${extensionOf(contentTypeOf(output))}`;
  await outputTo(output, file, terminal);
  return file;
}

function tell(
  { terminal }: Session,
  view: WaitingView,
  { source }: Submitted,
  invocation: InvocationDocument,
  savedAs: string | undefined,
): void {
  if (terminal.isJson) {
    terminal.document({ file: source.file, ...invocation, savedAs });
    return;
  }
  if (terminal.manner.isQuiet && savedAs !== undefined) terminal.line(savedAs);
  const { acceptedAt, id, settledAt, state } = invocation;
  const took = settledAt === undefined ? '' : ` after ${span(Date.parse(settledAt) - Date.parse(acceptedAt))}`;
  const reason = state === 'Completed' ? '' : `: ${remarkOn(invocation) || 'no reason was given'} (ebb status ${id})`;
  const saved = savedAs === undefined ? '' : ` -> ${savedAs}`;
  view.note(`${source.file}  ${terminal.notePaint.state(state)}${took}${saved}${reason}`);
}

function parting(open: readonly Submitted[]): string {
  return `The work goes on in Ebb: ${open.length} not done yet. ${lookAt(open)} Ctrl-C once more leaves.`;
}

function timedOut(seconds: number, open: readonly Submitted[]): Failure {
  return new Failure('timedOut', `${open.length} not done after ${span(seconds * 1000)}. They go on.`, {
    advice: lookAt(open),
  });
}

function lookAt(open: readonly Submitted[]): string {
  const ids = open.slice(0, NAMED_IDS).map(({ answer }) => answer.id);
  const more = open.length > ids.length ? ' …' : '';
  return `Look at it: ebb status ${ids.join(' ')}${more}; fetch what is done: ebb output ${ids[0] ?? 'ID'}.`;
}
