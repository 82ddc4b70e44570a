import type { DeliveryResult } from '../../core/delivery/delivery-attempt.js';
import type { Delivery } from '../../core/delivery/delivery.js';
import { Notifications } from '../../core/ports/notifications.js';

/** Hands callbacks to one driver and deliveries to topics to another. */
export class NotificationsByReceiver extends Notifications {
  constructor(
    private readonly topics: Notifications,
    private readonly callbacks: Notifications,
  ) {
    super();
  }

  override checkCallbackUrl(url: string): void {
    this.callbacks.checkCallbackUrl(url);
  }

  override lacksTopic(topicArn: string, signal?: AbortSignal): Promise<boolean> {
    return this.topics.lacksTopic(topicArn, signal);
  }

  deliver(delivery: Delivery, signal?: AbortSignal): Promise<DeliveryResult> {
    const driver = delivery.receiver.kind === 'callback' ? this.callbacks : this.topics;
    return driver.deliver(delivery, signal);
  }
}
