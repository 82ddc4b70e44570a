import type { DeliveryResult } from '../delivery/delivery-attempt.js';
import type { Delivery } from '../delivery/delivery.js';

/** Hands one delivery to one receiver, once. Never throws for what a receiver does: that is a result. */
export abstract class Notifications {
  /** Raises `InvalidRequest`, with the rule that is broken, for a URL that could never be told. Most drivers know no rules. */
  checkCallbackUrl(_url: string): void {}

  /**
   * Whether a topic is known not to exist, so that nothing sent to it could arrive. Most drivers cannot tell: topics that are
   * another service's may exist.
   */
  lacksTopic(_topicArn: string, _signal?: AbortSignal): Promise<boolean> {
    return Promise.resolve(false);
  }

  abstract deliver(delivery: Delivery, signal?: AbortSignal): Promise<DeliveryResult>;
}
