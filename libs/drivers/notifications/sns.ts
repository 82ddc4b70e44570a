import type { DeliveryResult } from '../../core/delivery/delivery-attempt.js';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Delivery, Message } from '../../core/delivery/delivery.js';
import { Notifications } from '../../core/ports/notifications.js';
import { failureOf } from './aws-failure.js';
import { toSdkAttributes } from './message-attributes.js';
import { ATTEMPT_LIMIT_MS, withTimeLimit } from './time-limit.js';

/**
 * Publishes to topics of Amazon SNS, or of a service that speaks its protocol. That service keeps the subscriptions.
 */
export class SnsNotifications extends Notifications {
  /** The caller destroys `client`, which should not retry, because the outbox does. */
  constructor(
    private readonly client: SNSClient,
    private readonly attemptLimitMs = ATTEMPT_LIMIT_MS,
  ) {
    super();
  }

  async deliver(delivery: Delivery, signal?: AbortSignal): Promise<DeliveryResult> {
    const { receiver, message } = delivery;
    if (receiver.kind !== 'topic') {
      return { kind: 'undeliverable', reason: 'SNS itself keeps the subscriptions: only a topic can be notified' };
    }
    try {
      const publish = (limited: AbortSignal): Promise<unknown> =>
        this.client.send(toPublish(receiver.topicArn, message), { abortSignal: limited });
      await withTimeLimit(publish, this.attemptLimitMs, signal);
      return { kind: 'delivered' };
    } catch (error) {
      signal?.throwIfAborted();
      return failureOf(error);
    }
  }
}

function toPublish(topicArn: string, message: Message): PublishCommand {
  return new PublishCommand({
    TopicArn: topicArn,
    Message: message.body,
    Subject: message.subject,
    MessageAttributes: toSdkAttributes(message.attributes),
  });
}
