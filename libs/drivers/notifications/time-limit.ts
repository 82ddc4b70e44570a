/** How long one attempt may take, whatever the receiver does: SNS gives HTTP receivers as long. */
export const ATTEMPT_LIMIT_MS = 15_000;

/** The reason with which an attempt is cut off. */
export class AttemptTimeout extends Error {
  override readonly name = 'AttemptTimeout';
}

/**
 * Runs `attempt` with a signal that fires after `limitMs`, or when `outer` does; the attempt must end when it fires, and
 * fails with the reason: `AttemptTimeout` or the outer signal's own. Neither timer nor listener outlives the attempt.
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
    // Clients have their own errors for being aborted; why they were is what matters.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', abort);
  }
}
