import { setTimeout as sleep } from 'node:timers/promises';
import { boundedParallel } from '../bounded-parallel.js';
import type { InvocationDocument } from '../documents.js';
import { Failure } from '../failure.js';
import { serverEvents } from '../server-events.js';
import type { Session } from '../session.js';
import type { Submitted } from './submission.js';

/** So many are followed at a time: others most likely have ended when it is their turn. */
const FOLLOWED = 32;
/** An Ebb that is being started again is waited for: so often, with so long in between. */
const MAX_RECONNECTS = 60;
const RECONNECT_MS = 1_000;

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
  settled(each: Submitted, invocation: InvocationDocument): Promise<void>;
}

/** Follows all of them until each has ended. */
export async function awaitAll(
  session: Session,
  submitted: readonly Submitted[],
  signal: AbortSignal,
  listener: Listener,
): Promise<void> {
  await boundedParallel(submitted, FOLLOWED, async (each) => {
    await listener.settled(each, await untilSettled(session, each, signal, listener));
  });
}

async function untilSettled(
  session: Session,
  each: Submitted,
  signal: AbortSignal,
  listener: Listener,
): Promise<InvocationDocument> {
  const position = { lastEventId: undefined };
  for (let breaks = 0; ; breaks += 1) {
    try {
      await followEvents(session, each, position, signal, listener);
      const invocation = await session.client.invocation(each.answer.id, signal);
      if (SETTLED.has(invocation.state)) return invocation;
    } catch (error) {
      const isPassing = error instanceof Failure && (error.exit === 'unreachable' || error.exit === 'later');
      if (!isPassing || breaks === MAX_RECONNECTS) throw error;
    }
    await sleep(RECONNECT_MS, undefined, { signal });
  }
}

/** Ends with the invocation, or earlier when Ebb stops. */
async function followEvents(
  { client }: Session,
  each: Submitted,
  position: { lastEventId: string | undefined },
  signal: AbortSignal,
  listener: Listener,
): Promise<void> {
  const answer = await client.events(each.answer.id, position.lastEventId, signal);
  for await (const { data, event: kind, id } of serverEvents(answer, signal)) {
    position.lastEventId = id ?? position.lastEventId;
    if (kind === 'state' || kind === 'progress')
      listener.heard(each, { kind, ...(JSON.parse(data) as object) } as News);
  }
}
