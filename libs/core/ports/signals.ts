/**
 * What may have changed: an endpoint's backlog, its bounds, policies or instances, an alarm's settings, who is let in, or
 * the outbox.
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
 * Wakes whoever waits for something, now rather than at the next poll. A signal is a hint and may be lost: listeners
 * look at the record, and look again from time to time.
 */
export abstract class Signals {
  abstract notify(signal: Signal): void;

  /** Calls `listener` for every signal until the returned function is called. Listeners must not throw. */
  abstract subscribe(listener: (signal: Signal) => void): () => void;
}
