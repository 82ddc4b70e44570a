import type { Delivery } from './delivery.js';

/** The result of one attempt to deliver. */
export type DeliveryResult = (
  | { readonly kind: 'delivered' }
  /** A topic's message was split: each subscription now has its own delivery. */
  | { readonly kind: 'fanned-out'; readonly deliveries: readonly Delivery[] }
  /** The delivery is tried again; `retryAfterMs` is the wait that the receiver asked for. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs?: number }
  /** The receiver no longer exists, so the delivery is not tried again. */
  | { readonly kind: 'undeliverable'; readonly reason: string }
) & { readonly exchange?: DeliveryExchange };

/** The most attempts that are kept of one delivery: the newest. */
export const MAX_KEPT_ATTEMPTS = 20;
/** How long the outcome of a delivery is kept. */
export const DELIVERY_RETENTION_MS = 7 * 24 * 3_600_000;

/** One attempt to deliver, as recorded. */
export interface DeliveryAttempt {
  readonly at: number;
  readonly durationMs: number;
  readonly outcome: 'delivered' | 'failed' | 'undeliverable';
  readonly reason?: string;
  readonly exchange?: DeliveryExchange;
}

/** The request and answer of one attempt, without secrets, and with only as much of the answer as shows what it is. */
export interface DeliveryExchange {
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** Absent if there was no answer. */
  readonly response?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15 * 60_000;
/** How long a delivery is tried, counted from its creation. */
export const DELIVERY_WINDOW_MS = 24 * 3_600_000;
/** How long a callback is tried: three days, because its receiver has no other way to learn of the outcome. */
export const CALLBACK_WINDOW_MS = 3 * DELIVERY_WINDOW_MS;

/** The facts that the time of the next attempt depends on. */
export interface RetryCircumstances {
  /** Failed attempts so far. */
  readonly failures: number;
  readonly now: number;
  /** 0 to 1. */
  readonly chance: number;
  /** The wait that the receiver asked for. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * Returns when a failed delivery is tried again. The wait doubles each time, up to 15 minutes, with jitter drawn from
 * `chance`. A delivery is tried for one day, a callback for three; absent when that time is over.
 */
export function nextDeliveryAt(
  { createdAt, receiver }: Pick<Delivery, 'createdAt' | 'receiver'>,
  { failures, now, chance, retryAfterMs = 0 }: RetryCircumstances,
): number | undefined {
  const backoff = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20));
  const jittered = backoff / 2 + (backoff / 2) * chance;
  const at = now + Math.max(jittered, retryAfterMs);
  const windowMs = receiver.kind === 'callback' ? CALLBACK_WINDOW_MS : DELIVERY_WINDOW_MS;
  return at - createdAt > windowMs ? undefined : Math.round(at);
}
