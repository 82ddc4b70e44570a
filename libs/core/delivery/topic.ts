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
