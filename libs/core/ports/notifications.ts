import type { DeliveryResult } from '../delivery/delivery-attempt.js';
import type { Delivery } from '../delivery/delivery.js';

/** Hands one delivery to one receiver, once. Never throws for what a receiver does: that is a result. */
export abstract class Notifications {
  /** Raises `InvalidRequest`, with the rule that is broken, for a URL that could never be told. Most drivers know no rules. */
  checkCallbackUrl(_url: string): void {}

  abstract deliver(delivery: Delivery, signal?: AbortSignal): Promise<DeliveryResult>;
}
