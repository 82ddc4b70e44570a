/** One message on its way to one receiver. Its id stays the same over all attempts, so that repeats can be told. */
export interface Delivery {
  readonly id: string;
  readonly receiver: Receiver;
  readonly message: Message;
  readonly createdAt: number;
  /** The invocation it tells of, if any. */
  readonly invocationId?: string;
}

/** Who is told. A topic stands for all its subscriptions, one of which is a subscription receiver. */
export type Receiver =
  | { readonly kind: 'topic'; readonly topicArn: string }
  | { readonly kind: 'subscription'; readonly subscriptionArn: string; readonly topicArn: string }
  /** The handshake with an HTTP receiver that was just subscribed. */
  | { readonly kind: 'confirmation'; readonly subscriptionArn: string; readonly topicArn: string }
  /** The URL that an invocation came with; `keyId` names the access key whose secrets sign what is sent there. */
  | { readonly kind: 'callback'; readonly url: string; readonly keyId?: string };

/** What is told to receivers. */
export interface Message {
  readonly body: string;
  readonly subject?: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
}

/** A typed value beside a message's body, which filters of subscriptions look at. */
export interface MessageAttribute {
  readonly type: string;
  readonly value: string;
}

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
