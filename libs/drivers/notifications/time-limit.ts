/** The longest time of one attempt, the same as SNS gives HTTP receivers. */
export const ATTEMPT_LIMIT_MS = 15_000;

/** The reason given to an attempt that takes too long. */
export class AttemptTimeout extends Error {
  override readonly name = 'AttemptTimeout';
}

/**
 * Runs `attempt` with a signal that fires after `limitMs`, or when `outer` does. The attempt must end when the signal
 * fires, and fails with its reason: `AttemptTimeout`, or the outer signal's own. Neither timer nor listener outlives
 * the attempt.
 */
export async function withTimeLimit<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  limitMs: number,
  outer?: AbortSignal,
): Promise<T> {
  outer?.throwIfAborted();
  const controller = new AbortController();
  const abort = (): void => controller.abort(outer?.reason);
  outer?.addEventListener('abort', abort, { once: true });
  const timeout = new AttemptTimeout(`The receiver did not answer within ${limitMs / 1000} s`);
  const timer = setTimeout(() => controller.abort(timeout), limitMs);
  try {
    return await attempt(controller.signal);
  } catch (error) {
    // Clients raise their own errors on an abort; the reason of the abort is the one that matters.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', abort);
  }
}
