import { boundedParallel } from './bounded-parallel.js';
import type { InvocationDocument } from '../client/documents.js';
import { Failure } from '../outcome/failure.js';
import { serverEvents } from '../client/server-events.js';
import type { Session } from '../session/session.js';
import { reconnecting } from './reconnecting.js';
import type { Submitted } from './submission.js';

/** So many are followed at a time: others most likely have ended when it is their turn. */
const FOLLOWED = 32;

const SETTLED = new Set(['Completed', 'Failed', 'Expired', 'Cancelled']);

/** What an invocation has come to, or what its container says of how far it is. */
export type News =
  | { readonly kind: 'state'; readonly state: string; readonly at: string }
  | { readonly kind: 'progress'; readonly progress?: number; readonly message?: string };

/** Who is told of what happens to what is waited for. */
export interface Listener {
  /** Something has happened; it may be told again after a connection broke. */
  heard(each: Submitted, news: News): void;
  /** It has come to its end. */
  settled(each: Submitted, invocation: InvocationDocument, signal: AbortSignal): Promise<void>;
}

/** Follows all of them until each has ended. What goes wrong with one, and does not pass, ends the others, too. */
export async function awaitAll(
  session: Session,
  submitted: readonly Submitted[],
  ended: AbortSignal,
  listener: Listener,
): Promise<void> {
  const givenUp = new AbortController();
  const signal = AbortSignal.any([ended, givenUp.signal]);
  await boundedParallel(submitted, FOLLOWED, async (each) => {
    try {
      await listener.settled(each, await untilSettled(session, each, signal, listener), signal);
    } catch (error) {
      givenUp.abort();
      throw error;
    }
  });
}

async function untilSettled(
  session: Session,
  each: Submitted,
  signal: AbortSignal,
  listener: Listener,
): Promise<InvocationDocument> {
  const position = { lastEventId: undefined };
  return reconnecting(signal, async (progress) => {
    for await (const news of newsOf(session, each, position, signal)) {
      progress();
      listener.heard(each, news);
    }
    const invocation = await session.client.invocation(each.answer.id, signal);
    if (SETTLED.has(invocation.state)) return invocation;
    progress();
    throw new Failure('unreachable', `Ebb ends what it tells of ${each.answer.id} too early.`);
  });
}

/** Ends with the invocation, or earlier when Ebb stops. */
async function* newsOf(
  { client }: Session,
  { answer: { id: invocationId } }: Submitted,
  position: { lastEventId: string | undefined },
  signal: AbortSignal,
): AsyncGenerator<News> {
  const answer = await client.events(invocationId, position.lastEventId, signal);
  for await (const { data, event: kind, id } of serverEvents(answer, signal)) {
    position.lastEventId = id ?? position.lastEventId;
    if (kind === 'state' || kind === 'progress') yield { kind, ...(JSON.parse(data) as object) } as News;
  }
}
