import type { Delivery, DeliveryResult } from '../notification.js';

/** Hands one delivery to one receiver, once. Never throws for what a receiver does: that is a result. */
export abstract class Notifications {
  abstract deliver(delivery: Delivery, signal?: AbortSignal): Promise<DeliveryResult>;
}
