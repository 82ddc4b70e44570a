/**
 * One message on its way to one receiver. Its id is the same in all attempts, so that receivers can recognise repeats.
 */
export interface Delivery {
  readonly id: string;
  readonly receiver: Receiver;
  readonly message: Message;
  readonly createdAt: number;
  /** The invocation that the message reports, if any. */
  readonly invocationId?: string;
}

/** The receiver of a message. A topic stands for all its subscriptions; a subscription is one of them. */
export type Receiver =
  | { readonly kind: 'topic'; readonly topicArn: string }
  | { readonly kind: 'subscription'; readonly subscriptionArn: string; readonly topicArn: string }
  /** The handshake with an HTTP receiver that has just subscribed. */
  | { readonly kind: 'confirmation'; readonly subscriptionArn: string; readonly topicArn: string }
  /** The URL that came with an invocation; `keyId` names the access key whose secrets sign the callback. */
  | { readonly kind: 'callback'; readonly url: string; readonly keyId?: string };

/** The content of a delivery. */
export interface Message {
  readonly body: string;
  readonly subject?: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
}

/** A typed value beside a message's body, which subscription filters test. */
export interface MessageAttribute {
  readonly type: string;
  readonly value: string;
}

/** The one destination of all topics. Ebb splits topics itself, or one service takes them, so none holds up another. */
export const TOPICS = '';

/**
 * Returns the destination of a delivery: the origin of a callback's URL, or a subscription. Each destination's failures
 * affect only its own deliveries.
 */
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
