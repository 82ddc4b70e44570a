import type { Invocation } from '../../core/invocation/invocation.js';
import type { InvocationQuery, Invocations } from '../../core/ports/invocations.js';

/** How many are read at once: other work gets its turn in between. */
const BATCH = 200;

/** Which invocations are looked for. */
export interface Search {
  readonly query: Omit<InvocationQuery, 'limit'>;
  readonly isMeant: (invocation: Invocation) => boolean;
  /** At most this many are looked at. */
  readonly maxLooked: number;
}

/**
 * Invocations that a query finds and `isMeant` wants, newest first, one batch after the other until `maxLooked` have been
 * looked at. What is settled or accepted meanwhile may or may not be among them; none comes twice.
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
