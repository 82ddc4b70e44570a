import type { Place } from '../core/arn.js';
import type { Invocation } from '../core/invocation.js';
import { type Delivery, invocationNotification, notifiedResponse } from '../core/notification.js';

/**
 * Who is to be told of a settlement, and what: one message to the topic, under the invocation's own id, so that whoever
 * settles it again by mistake makes no second one. `response` is the model's, where messages may carry it.
 */
export function settlementDeliveries(invocation: Invocation, place: Place, response?: Uint8Array): Delivery[] {
  const { acceptedAt, errorTopic, id, settledAt = acceptedAt, state, successTopic } = invocation;
  const topicArn = state === 'Completed' ? successTopic : errorTopic;
  if (topicArn === undefined) return [];
  const included = response && notifiedResponse(Buffer.from(response).toString('base64'));
  const message = invocationNotification(invocation, place, included);
  return [{ id, receiver: { kind: 'topic', topicArn }, message, createdAt: settledAt, invocationId: id }];
}
