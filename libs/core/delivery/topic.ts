/** A named channel that receivers subscribe to, as in SNS. */
export interface Topic {
  readonly arn: string;
  readonly name: string;
  /** `DisplayName`, `Policy` and others: kept and returned, but not acted on. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** One receiver of a topic's messages. */
export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: 'http' | 'https' | 'sqs';
  /** A URL, or the ARN of a queue. */
  readonly endpoint: string;
  /** An HTTP receiver gets only the confirmation request until it has confirmed. */
  readonly confirmed: boolean;
  /** The secret of the confirmation handshake. */
  readonly token?: string;
  /** Whether the message is delivered alone, without SNS's envelope. */
  readonly rawMessageDelivery: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAt: number;
}
