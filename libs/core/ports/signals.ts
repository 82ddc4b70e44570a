/**
 * A change that other code may wait for: of an endpoint's backlog, bounds, policies or instances, of an alarm's
 * settings, of access keys, of the outbox, or of an invocation.
 */
export type Signal =
  | { readonly kind: 'backlog'; readonly endpointName: string }
  | { readonly kind: 'endpoint'; readonly endpointName: string }
  | { readonly kind: 'alarm'; readonly alarmName: string }
  | { readonly kind: 'access-keys' }
  | { readonly kind: 'outbox' }
  | { readonly kind: 'invocation'; readonly invocationId: string }
  | { readonly kind: 'cancelled'; readonly invocationId: string };

/** The endpoint that a signal concerns; undefined where it concerns none, or many. */
export function endpointOf(signal: Signal): string | undefined {
  return signal.kind === 'backlog' || signal.kind === 'endpoint' ? signal.endpointName : undefined;
}

/**
 * Wakes waiting code now rather than at the next poll. A signal is a hint and may be lost, so listeners read the
 * record, and read it again from time to time.
 */
export abstract class Signals {
  abstract notify(signal: Signal): void;

  /** Calls `listener` for every signal until the returned function is called. Listeners must not throw. */
  abstract subscribe(listener: (signal: Signal) => void): () => void;
}
