import { EbbError, isEbbError } from '../../core/errors.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import type { InvocationQuery } from '../../core/ports/invocations.js';
import type { World } from '../world.js';
import { matchingInvocations } from './matching-invocations.js';

/** So many are found at most to be counted, and looked at to be found. */
export const MAX_MATCHED = 10_000;
/** How many are changed at once. */
const CONCURRENCY = 16;

/** Which invocations are meant, and what is to be done with them. */
export interface ManyRequest {
  readonly query: Omit<InvocationQuery, 'limit' | 'after'>;
  readonly isMeant: (invocation: Invocation) => boolean;
  readonly change: (id: string) => Promise<Invocation>;
  /** How many are changed at most, the newest first; those that are refused do not count. */
  readonly limit: number;
  /** Only count. */
  readonly isDryRun: boolean;
}

export interface ManyOutcome {
  /** How many are meant, up to `MAX_MATCHED`. */
  readonly matched: number;
  readonly changed: readonly Invocation[];
  /** Those that could not be changed, and why. */
  readonly refused: readonly { readonly id: string; readonly error: EbbError }[];
}

/** Cancels, or runs again, all invocations that a query finds. One that is refused is in the way of no other. */
export async function changeMany(
  { invocations }: Pick<World, 'invocations'>,
  request: ManyRequest,
  signal?: AbortSignal,
): Promise<ManyOutcome> {
  const { query, isMeant, change, limit, isDryRun } = request;
  const meant: string[] = [];
  for await (const { id } of matchingInvocations(invocations, { query, isMeant, maxLooked: MAX_MATCHED }, signal))
    meant.push(id);
  const changed: Invocation[] = [];
  const refused: { id: string; error: EbbError }[] = [];
  const waiting = isDryRun ? [] : [...meant].reverse();
  let room = limit;
  const work = async (): Promise<void> => {
    for (;;) {
      const id = room > 0 ? waiting.pop() : undefined;
      if (id === undefined) return;
      signal?.throwIfAborted();
      room -= 1;
      try {
        changed.push(await change(id));
      } catch (error) {
        if (!isEbbError(error)) {
          // Nobody would be told of what the others went on to change.
          waiting.length = 0;
          throw error;
        }
        refused.push({ id, error });
        room += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { matched: meant.length, changed, refused };
}
