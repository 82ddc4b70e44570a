import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../outcome/failure.js';

/** An Ebb that is being started again is waited for: so often, with so long in between. */
export const MAX_BREAKS = 60;
const PAUSE_MS = 1_000;

/**
 * Does what needs Ebb, and again from the beginning while Ebb cannot be reached or cannot take it; what has been reached
 * by `progress` makes the count of breaks begin anew. Raises what else goes wrong, and the last of too many breaks.
 */
export async function reconnecting<T>(
  signal: AbortSignal,
  act: (progress: () => void) => Promise<T>,
  pauseMs = PAUSE_MS,
): Promise<T> {
  let breaks = 0;
  for (;;) {
    try {
      return await act(() => (breaks = 0));
    } catch (error) {
      const isPassing = error instanceof Failure && (error.exit === 'unreachable' || error.exit === 'later');
      if (!isPassing || breaks >= MAX_BREAKS) throw error;
    }
    breaks += 1;
    await sleep(pauseMs, undefined, { signal });
  }
}
