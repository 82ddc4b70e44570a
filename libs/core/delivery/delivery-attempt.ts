import type { Delivery } from './delivery.js';

/** What came of one attempt to deliver. */
export type DeliveryResult = (
  | { readonly kind: 'delivered' }
  /** A topic's message was split: from here on each subscription has its own delivery. */
  | { readonly kind: 'fanned-out'; readonly deliveries: readonly Delivery[] }
  /** Try again; `retryAfterMs` is the receiver's own wish. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs?: number }
  /** The receiver is no more: trying again is pointless. */
  | { readonly kind: 'undeliverable'; readonly reason: string }
) & { readonly exchange?: DeliveryExchange };

/** How many attempts at one delivery are kept: the newest. */
export const MAX_KEPT_ATTEMPTS = 20;
/** How long it is remembered what became of a delivery. */
export const DELIVERY_RETENTION_MS = 7 * 24 * 3_600_000;

/** One attempt to deliver, as it is kept. */
export interface DeliveryAttempt {
  readonly at: number;
  readonly durationMs: number;
  readonly outcome: 'delivered' | 'failed' | 'undeliverable';
  readonly reason?: string;
  readonly exchange?: DeliveryExchange;
}

/** What went over the wire in one attempt, without secrets and without more of the answer than tells what it is. */
export interface DeliveryExchange {
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** Absent where there was no answer. */
  readonly response?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15 * 60_000;
/** How long a delivery is tried from when it was made. */
export const DELIVERY_WINDOW_MS = 24 * 3_600_000;
/** A callback's receiver has nowhere else to learn of it: it is tried for three days. */
export const CALLBACK_WINDOW_MS = 3 * DELIVERY_WINDOW_MS;

/** What the time of the next attempt depends on. */
export interface RetryCircumstances {
  /** The attempts that failed so far. */
  readonly failures: number;
  readonly now: number;
  /** 0 to 1. */
  readonly chance: number;
  /** The receiver's own wish. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * When a delivery that failed is tried again: twice as long each time, up to a quarter of an hour, with jitter drawn
 * from `chance`, for a day, callbacks for three. Absent when that is over.
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
