import type { DeliveryResult } from '../delivery/delivery-attempt.js';
import type { Delivery } from '../delivery/delivery.js';

/** Hands one delivery to one receiver, once. A receiver's failure is a result, never an exception. */
export abstract class Notifications {
  /**
   * Raises `InvalidRequest`, naming the broken rule, for a URL that could never be called. Most drivers have no rules.
   */
  checkCallbackUrl(_url: string): void {}

  /**
   * Returns whether a topic is known not to exist, so that a message to it could not arrive. Most drivers cannot tell,
   * because another service's topics may exist.
   */
  lacksTopic(_topicArn: string, _signal?: AbortSignal): Promise<boolean> {
    return Promise.resolve(false);
  }

  abstract deliver(delivery: Delivery, signal?: AbortSignal): Promise<DeliveryResult>;
}
