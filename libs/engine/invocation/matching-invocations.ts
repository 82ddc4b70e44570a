import type { Invocation } from '../../core/invocation/invocation.js';
import type { InvocationQuery, Invocations } from '../../core/ports/invocations.js';

/** The number of invocations that are read at once, so that other work gets its turn in between. */
const BATCH = 200;

/** A search for invocations. */
export interface Search {
  readonly query: Omit<InvocationQuery, 'limit'>;
  readonly isMeant: (invocation: Invocation) => boolean;
  /** The most invocations that are examined. */
  readonly maxLooked: number;
}

/**
 * Yields the invocations that a query finds and `isMeant` selects, newest first, batch by batch, until `maxLooked` have
 * been examined. An invocation that is settled or accepted meanwhile may be missing; none comes twice.
 */
export async function* matchingInvocations(
  invocations: Pick<Invocations, 'list'>,
  { query, isMeant, maxLooked }: Search,
  signal?: AbortSignal,
): AsyncGenerator<Invocation, void, void> {
  let after = query.after;
  for (let looked = 0; looked < maxLooked; looked += BATCH) {
    const limit = Math.min(BATCH, maxLooked - looked);
    const batch = await invocations.list({ ...query, after, limit }, signal);
    yield* batch.filter(isMeant);
    if (batch.length < limit) return;
    after = batch.at(-1)!.id;
  }
}
