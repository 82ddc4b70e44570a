import type { Place } from '../arn.js';
import type { Invocation } from '../invocation/invocation.js';

/** A named channel that receivers subscribe to, as in SNS. */
export interface Topic {
  readonly arn: string;
  readonly name: string;
  /** `DisplayName`, `Policy` and the like: kept and given back, not acted on. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** One receiver of a topic's messages. */
export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: 'http' | 'https' | 'sqs';
  /** A URL, or a queue's ARN. */
  readonly endpoint: string;
  /** HTTP receivers get nothing but the confirmation request until they have confirmed. */
  readonly confirmed: boolean;
  /** The secret of the confirmation handshake. */
  readonly token?: string;
  /** Deliver the message alone, without SNS's envelope. */
  readonly rawMessageDelivery: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

export interface MessageAttribute {
  readonly type: string;
  readonly value: string;
}

/** What is told to receivers. */
export interface Message {
  readonly body: string;
  readonly subject?: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
}

/** Who is told. A topic stands for all its subscriptions, one of which is a subscription receiver. */
export type Receiver =
  | { readonly kind: 'topic'; readonly topicArn: string }
  | { readonly kind: 'subscription'; readonly subscriptionArn: string; readonly topicArn: string }
  /** The handshake with an HTTP receiver that was just subscribed. */
  | { readonly kind: 'confirmation'; readonly subscriptionArn: string; readonly topicArn: string }
  /** The URL that an invocation came with; `keyId` names the access key whose secrets sign what is sent there. */
  | { readonly kind: 'callback'; readonly url: string; readonly keyId?: string };

/** One message on its way to one receiver. Its id stays the same over all attempts, so that repeats can be told. */
export interface Delivery {
  readonly id: string;
  readonly receiver: Receiver;
  readonly message: Message;
  readonly createdAt: number;
  /** The invocation it tells of, if any. */
  readonly invocationId?: string;
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

/** One attempt to deliver, as it is kept. */
export interface DeliveryAttempt {
  readonly at: number;
  readonly durationMs: number;
  readonly outcome: 'delivered' | 'failed' | 'undeliverable';
  readonly reason?: string;
  readonly exchange?: DeliveryExchange;
}

/** So many attempts at one delivery are kept, the newest. */
export const MAX_KEPT_ATTEMPTS = 20;
/** How long it is remembered what became of a delivery. */
export const DELIVERY_RETENTION_MS = 7 * 24 * 3_600_000;

/** The destination of all topics: they are split here, or are one service's, and are in nobody's way. */
export const TOPICS = '';

/** Who is at the other end, so that one receiver's trouble stays its own: the origin of a callback's URL, or a subscription. */
export function destinationOf({ receiver }: Pick<Delivery, 'receiver'>): string {
  switch (receiver.kind) {
    case 'topic':
      return TOPICS;
    case 'subscription':
    case 'confirmation':
      return receiver.subscriptionArn;
    case 'callback':
      return /^[a-z]+:\/\/[^/?#]*/i.exec(receiver.url)?.[0].toLowerCase() ?? receiver.url;
  }
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15 * 60_000;
export const DELIVERY_WINDOW_MS = 24 * 3_600_000;
/** A callback's receiver has nowhere else to learn of it: it is tried for three days. */
export const CALLBACK_WINDOW_MS = 3 * DELIVERY_WINDOW_MS;

/**
 * When a delivery that failed is tried again: twice as long each time, up to a quarter of an hour, with jitter drawn
 * from `chance` (0 to 1), for a day, callbacks for three. Absent when that is over.
 */
export function nextDeliveryAt(
  delivery: Delivery,
  failures: number,
  now: number,
  chance: number,
  retryAfterMs?: number,
): number | undefined {
  const backoff = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20));
  const jittered = backoff / 2 + (backoff / 2) * chance;
  const at = now + Math.max(jittered, retryAfterMs ?? 0);
  const windowMs = delivery.receiver.kind === 'callback' ? CALLBACK_WINDOW_MS : DELIVERY_WINDOW_MS;
  return at - delivery.createdAt > windowMs ? undefined : Math.round(at);
}

/** Sent to an endpoint's topics when it is created or updated, as SageMaker does. */
export const TEST_NOTIFICATION: Message = {
  body: JSON.stringify({ eventVersion: '1.0', eventSource: 'aws:sagemaker', eventName: 'TestNotification' }),
};

/** Responses over this size are left out of notifications. */
export const MAX_NOTIFIED_RESPONSE_BYTES = 128 * 1024;

/** A model's response, as it stands inside a notification when the endpoint asks for it. */
export interface NotifiedResponse {
  readonly content: string;
  readonly message: string;
  readonly encoding: 'BASE64';
}

/** `content` is base64. */
export function notifiedResponse(content: string): NotifiedResponse {
  return {
    content,
    message: 'Check S3 path location(if configured) or Cloudwatch for additional details.',
    encoding: 'BASE64',
  };
}

/**
 * The document that SageMaker publishes for a settled invocation, with its keys in SageMaker's order. Success and
 * failure bear the same event name: receivers tell them apart by `invocationStatus`. `requestParameters` has only what
 * the caller sent.
 */
export function invocationNotification(invocation: Invocation, place: Place, response?: NotifiedResponse): Message {
  const completed = invocation.state === 'Completed';
  const responseParameters = { contentType: invocation.responseContentType, outputLocation: invocation.outputLocation };
  return {
    body: JSON.stringify({
      awsRegion: place.region,
      eventTime: new Date(invocation.settledAt ?? invocation.acceptedAt).toISOString(),
      receivedTime: new Date(invocation.acceptedAt).toISOString(),
      invocationStatus: completed ? 'Completed' : 'Failed',
      failureReason: completed ? undefined : invocation.failureReason,
      requestParameters: {
        accept: invocation.accept,
        contentType: invocation.contentType,
        customAttributes: invocation.customAttributes,
        endpointName: invocation.endpointName,
        inputLocation: invocation.inputLocation,
      },
      responseParameters: completed ? responseParameters : undefined,
      failureLocation: completed ? undefined : invocation.failureLocation,
      responseBody: response,
      inferenceId: invocation.inferenceId,
      eventVersion: '1.0',
      eventSource: 'aws:sagemaker',
      eventName: 'InferenceResult',
    }),
  };
}
