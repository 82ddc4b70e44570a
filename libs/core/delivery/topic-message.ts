import { matchesFilter, parseFilterPolicy } from './filter-policy.js';
import type { Delivery, Message } from './delivery.js';
import type { Subscription } from './topic.js';

/**
 * Returns the deliveries that a topic's message becomes: one for each confirmed subscription whose filter matches.
 * Their ids follow from the message and the subscription, so splitting the same message twice makes no second id.
 */
export function fanOut(message: Delivery, topicArn: string, subscriptions: Iterable<Subscription>): Delivery[] {
  const deliveries: Delivery[] = [];
  for (const subscription of subscriptions) {
    if (subscription.topicArn !== topicArn || !subscription.confirmed) continue;
    if (!wants(subscription, message.message)) continue;
    deliveries.push({
      ...message,
      id: `${message.id}.${subscriptionId(subscription.arn)}`,
      receiver: { kind: 'subscription', subscriptionArn: subscription.arn, topicArn },
    });
  }
  return deliveries;
}

function wants(subscription: Subscription, message: Message): boolean {
  const policy = subscription.attributes['FilterPolicy'];
  return policy === undefined || matchesFilter(parseFilterPolicy(policy), message.attributes);
}

/** Returns the id of the published message, which every subscription sees, from one of its deliveries. */
export function messageIdOf(delivery: Delivery): string {
  const { id, receiver } = delivery;
  if (receiver.kind !== 'subscription') return id;
  const suffix = `.${subscriptionId(receiver.subscriptionArn)}`;
  return id.endsWith(suffix) ? id.slice(0, -suffix.length) : id;
}

function subscriptionId(subscriptionArn: string): string {
  return subscriptionArn.slice(subscriptionArn.lastIndexOf(':') + 1);
}

/**
 * The members of a signature, left empty. Only Amazon has the certificate that Amazon signs with. The members stay,
 * because consumers read them; a signature that does not verify would be worse than none.
 */
const UNSIGNED = { SignatureVersion: '1', Signature: '', SigningCertURL: '' } as const;

/** Returns the JSON document that a subscription without raw delivery receives, with its members in SNS's order. */
export function notificationEnvelope(delivery: Delivery, subscription: Subscription, baseUrl: string): string {
  const { body, subject, attributes } = delivery.message;
  const entries = Object.entries(attributes ?? {});
  return JSON.stringify({
    Type: 'Notification',
    MessageId: messageIdOf(delivery),
    TopicArn: subscription.topicArn,
    Subject: subject,
    Message: body,
    Timestamp: new Date(delivery.createdAt).toISOString(),
    ...UNSIGNED,
    UnsubscribeURL: unsubscribeUrl(baseUrl, subscription.arn),
    MessageAttributes:
      entries.length > 0
        ? Object.fromEntries(entries.map(([name, { type, value }]) => [name, { Type: type, Value: value }]))
        : undefined,
  });
}

/**
 * Returns the document that asks an HTTP receiver to prove, by visiting `SubscribeURL`, that it wants a topic's
 * messages.
 */
export function confirmationEnvelope(delivery: Delivery, subscription: Subscription, baseUrl: string): string {
  const token = subscription.token ?? '';
  return JSON.stringify({
    Type: 'SubscriptionConfirmation',
    MessageId: delivery.id,
    Token: token,
    TopicArn: subscription.topicArn,
    Message:
      `You have chosen to subscribe to the topic ${subscription.topicArn}.\n` +
      'To confirm the subscription, visit the SubscribeURL included in this message.',
    SubscribeURL: `${baseUrl}/?Action=ConfirmSubscription&TopicArn=${subscription.topicArn}&Token=${token}`,
    Timestamp: new Date(delivery.createdAt).toISOString(),
    ...UNSIGNED,
  });
}

function unsubscribeUrl(baseUrl: string, subscriptionArn: string): string {
  return `${baseUrl}/?Action=Unsubscribe&SubscriptionArn=${subscriptionArn}`;
}
