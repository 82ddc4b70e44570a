import { EbbError, isEbbError } from '../../core/errors.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import type { InvocationQuery } from '../../core/ports/invocations.js';
import type { World } from '../world.js';
import { matchingInvocations } from './matching-invocations.js';

/** The most invocations that one request matches and counts. */
export const MAX_MATCHED = 10_000;
/** The number of invocations that are changed at the same time. */
const CONCURRENCY = 16;

/** A request to change many invocations, with the rule that selects them. */
export interface ManyRequest {
  readonly query: Omit<InvocationQuery, 'limit' | 'after'>;
  readonly isMeant: (invocation: Invocation) => boolean;
  readonly change: (id: string) => Promise<Invocation>;
  /** The most invocations that are changed, the newest first. Refused ones do not count. */
  readonly limit: number;
  /** Whether to count the invocations without changing them. */
  readonly isDryRun: boolean;
}

/** The outcome of a change of many invocations. */
export interface ManyOutcome {
  /** The number of selected invocations, up to `MAX_MATCHED`. */
  readonly matched: number;
  readonly changed: readonly Invocation[];
  /** The invocations that could not be changed, and why. */
  readonly refused: readonly { readonly id: string; readonly error: EbbError }[];
}

/**
 * Cancels or redrives all invocations that a query finds and `isMeant` selects. A refused invocation does not hold up
 * the others.
 */
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
          // The caller would not learn of further changes.
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
