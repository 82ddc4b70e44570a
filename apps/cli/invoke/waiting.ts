import { boundedParallel } from '../bounded-parallel.js';
import type { InvocationDocument } from '../documents.js';
import type { Session } from '../session.js';
import type { Submitted } from './submission.js';

/** So many are waited for at a time: others most likely have ended when it is their turn. */
const WATCHED = 32;
/** Ebb holds a question for so long. */
const POLL_SECONDS = 30;

const SETTLED = new Set(['Completed', 'Failed', 'Expired', 'Cancelled']);

/** Whether nothing will happen to it any more. */
export function isSettled({ state }: Pick<InvocationDocument, 'state'>): boolean {
  return SETTLED.has(state);
}

/** Waits for all of them, and hands over each as it has ended. */
export async function awaitAll(
  session: Session,
  submitted: readonly Submitted[],
  signal: AbortSignal,
  settled: (each: Submitted, invocation: InvocationDocument) => Promise<void>,
): Promise<void> {
  await boundedParallel(submitted, WATCHED, async (each) => {
    await settled(each, await untilSettled(session, each.answer.id, signal));
  });
}

async function untilSettled({ client }: Session, id: string, signal: AbortSignal): Promise<InvocationDocument> {
  for (;;) {
    const invocation = await client.invocation(id, { waitSeconds: POLL_SECONDS, signal });
    if (isSettled(invocation)) return invocation;
    signal.throwIfAborted();
  }
}
