import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DeliveryResult } from '../../core/delivery/delivery-attempt.js';
import type { Delivery } from '../../core/delivery/delivery.js';
import { confirmationEnvelope, fanOut, messageIdOf, notificationEnvelope } from '../../core/delivery/topic-message.js';
import type { Subscription } from '../../core/delivery/topic.js';
import type { Catalog } from '../../core/ports/catalog.js';
import type { Clock } from '../../core/ports/clock.js';
import { Notifications } from '../../core/ports/notifications.js';
import { ATTEMPT_LIMIT_MS, AttemptTimeout, withTimeLimit } from './time-limit.js';
import { HttpReceiver } from './topics/http-receiver.js';
import { QueueReceiver } from './topics/queue-receiver.js';

/** The settings of the embedded SNS. */
export interface TopicNotificationsOptions {
  /** Ebb's address for receivers: the links to confirm and to unsubscribe start with it. */
  readonly baseUrl: () => string;
  readonly attemptLimitMs?: number;
}

/**
 * The embedded SNS. It splits a topic's message into one delivery for each subscription in the catalog, and hands each
 * over by HTTP exactly as SNS posts it, or to an SQS queue. A delivery is undeliverable if its receiver was deleted or
 * answered with a 4xx status other than 429.
 */
export class TopicNotifications extends Notifications {
  private readonly http: HttpReceiver;
  private readonly queues: QueueReceiver;

  /** `sqs` sends to the subscribed queues; the caller destroys it. */
  constructor(
    private readonly catalog: Catalog,
    sqs: SQSClient,
    clock: Clock,
    private readonly options: TopicNotificationsOptions,
  ) {
    super();
    this.http = new HttpReceiver(clock);
    this.queues = new QueueReceiver(sqs);
  }

  override async lacksTopic(topicArn: string, signal?: AbortSignal): Promise<boolean> {
    return (await this.catalog.topics.get(topicArn, signal)) === undefined;
  }

  async deliver(delivery: Delivery, signal?: AbortSignal): Promise<DeliveryResult> {
    const limitMs = this.options.attemptLimitMs ?? ATTEMPT_LIMIT_MS;
    try {
      return await withTimeLimit((limited) => this.attempt(delivery, limited), limitMs, signal);
    } catch (error) {
      if (error instanceof AttemptTimeout) return { kind: 'failed', reason: error.message };
      throw error;
    }
  }

  /** Cuts the connections to HTTP receivers. */
  async close(): Promise<void> {
    await this.http.close();
  }

  private async attempt(delivery: Delivery, signal: AbortSignal): Promise<DeliveryResult> {
    const { receiver } = delivery;
    if (receiver.kind === 'callback')
      return { kind: 'undeliverable', reason: 'A callback cannot be delivered to a topic' };
    if (await this.lacksTopic(receiver.topicArn, signal)) {
      return { kind: 'undeliverable', reason: `The topic ${receiver.topicArn} does not exist` };
    }
    if (receiver.kind === 'topic') {
      const subscriptions = await this.catalog.subscriptions.all(signal);
      return { kind: 'fanned-out', deliveries: fanOut(delivery, receiver.topicArn, subscriptions) };
    }
    const subscription = await this.catalog.subscriptions.get(receiver.subscriptionArn, signal);
    if (!subscription) {
      return { kind: 'undeliverable', reason: `The subscription ${receiver.subscriptionArn} does not exist` };
    }
    if (receiver.kind === 'confirmation') return this.confirm(delivery, subscription, signal);
    return subscription.protocol === 'sqs'
      ? this.send(delivery, subscription, signal)
      : this.post(delivery, subscription, signal);
  }

  private async confirm(delivery: Delivery, subscription: Subscription, signal: AbortSignal): Promise<DeliveryResult> {
    // An earlier attempt, whose answer was lost, led to the confirmation.
    if (subscription.confirmed) return { kind: 'delivered' };
    const headers = { ...commonHeaders(subscription, 'SubscriptionConfirmation'), 'x-amz-sns-message-id': delivery.id };
    const body = confirmationEnvelope(delivery, subscription, this.options.baseUrl());
    return this.http.post({ url: subscription.endpoint, headers, body }, signal);
  }

  private async post(delivery: Delivery, subscription: Subscription, signal: AbortSignal): Promise<DeliveryResult> {
    const raw = subscription.rawMessageDelivery;
    const headers = {
      ...commonHeaders(subscription, 'Notification'),
      'x-amz-sns-message-id': messageIdOf(delivery),
      'x-amz-sns-subscription-arn': subscription.arn,
      ...(raw && { 'x-amz-sns-rawdelivery': 'true' }),
    };
    return this.http.post({ url: subscription.endpoint, headers, body: this.bodyOf(delivery, subscription) }, signal);
  }

  private async send(delivery: Delivery, subscription: Subscription, signal: AbortSignal): Promise<DeliveryResult> {
    const attributes = subscription.rawMessageDelivery ? (delivery.message.attributes ?? {}) : {};
    return this.queues.send(subscription.endpoint, this.bodyOf(delivery, subscription), attributes, signal);
  }

  private bodyOf(delivery: Delivery, subscription: Subscription): string {
    if (subscription.rawMessageDelivery) return delivery.message.body;
    return notificationEnvelope(delivery, subscription, this.options.baseUrl());
  }
}

function commonHeaders(subscription: Subscription, type: string): Record<string, string> {
  return {
    'content-type': 'text/plain; charset=UTF-8',
    'user-agent': 'Amazon Simple Notification Service Agent',
    'x-amz-sns-message-type': type,
    'x-amz-sns-topic-arn': subscription.topicArn,
  };
}
