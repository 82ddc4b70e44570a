import {
  ChangeMessageVisibilityCommand,
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** A received message: the id of its invocation, and the receipt that SQS needs to change or delete the message. */
export interface HandOut {
  readonly invocationId: string;
  readonly receiptHandle: string;
}

/** The most messages that SQS sends or receives in one call. */
const MAX_BATCH = 10;
/** The longest retention of SQS. An invocation's own time to live ends earlier. */
const RETENTION_SECONDS = 14 * 24 * 3600;
const DEFAULT_VISIBILITY_SECONDS = 30;

/**
 * The SQS queue that hands out one endpoint's invocations. A message carries only an id; the record has the rest. The
 * queue is created at its first use.
 */
export class HandOutQueue {
  private url: Promise<string> | undefined;

  constructor(
    private readonly sqs: SQSClient,
    private readonly name: string,
  ) {}

  async send(invocationIds: readonly string[], signal?: AbortSignal): Promise<void> {
    for (const batch of batchesOf(invocationIds)) {
      const Entries = batch.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
      const command = new SendMessageBatchCommand({ QueueUrl: await this.queueUrl(), Entries });
      const { Failed = [] } = await this.sqs.send(command, { abortSignal: signal });
      if (Failed.length > 0) throw new Error(`SQS refused ${Failed.length} messages: ${Failed[0]!.Message}`);
    }
  }

  /**
   * Waits up to `waitSeconds` for a first message. Received messages are hidden from other receivers for
   * `visibilitySeconds`.
   */
  async receive(
    count: number,
    visibilitySeconds: number,
    waitSeconds: number,
    signal?: AbortSignal,
  ): Promise<HandOut[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: await this.queueUrl(),
      MaxNumberOfMessages: Math.min(MAX_BATCH, count),
      VisibilityTimeout: visibilitySeconds,
      WaitTimeSeconds: waitSeconds,
    });
    const { Messages = [] } = await this.sqs.send(command, { abortSignal: signal });
    return Messages.map(({ Body, ReceiptHandle }) => ({ invocationId: Body!, receiptHandle: ReceiptHandle! }));
  }

  /** Keeps messages hidden for `visibilitySeconds` from now on. This is the heartbeat of the worker that holds them. */
  async hide(receiptHandles: readonly string[], visibilitySeconds: number): Promise<void> {
    for (const batch of batchesOf(receiptHandles)) {
      const Entries = batch.map((ReceiptHandle, index) => ({
        Id: String(index),
        ReceiptHandle,
        VisibilityTimeout: visibilitySeconds,
      }));
      await this.sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: await this.queueUrl(), Entries }));
    }
  }

  /** Makes the message visible at once to any receiver. */
  async show(receiptHandle: string): Promise<void> {
    const QueueUrl = await this.queueUrl();
    await this.sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: 0 }),
    );
  }

  async drop(receiptHandles: readonly string[]): Promise<void> {
    for (const batch of batchesOf(receiptHandles)) {
      const Entries = batch.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
      await this.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: await this.queueUrl(), Entries }));
    }
  }

  /** Returns the approximate number of messages, including hidden ones. */
  async approximateSize(): Promise<number> {
    const command = new GetQueueAttributesCommand({
      QueueUrl: await this.queueUrl(),
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    });
    const { Attributes = {} } = await this.sqs.send(command);
    return Object.values(Attributes).reduce((sum, value) => sum + Number(value), 0);
  }

  private queueUrl(): Promise<string> {
    this.url ??= this.create().catch((error: unknown) => {
      this.url = undefined;
      throw error;
    });
    return this.url;
  }

  private async create(): Promise<string> {
    const Attributes = {
      MessageRetentionPeriod: String(RETENTION_SECONDS),
      VisibilityTimeout: String(DEFAULT_VISIBILITY_SECONDS),
    };
    const { QueueUrl } = await this.sqs.send(new CreateQueueCommand({ QueueName: this.name, Attributes }));
    return QueueUrl!;
  }
}

function* batchesOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += MAX_BATCH) yield items.slice(from, from + MAX_BATCH);
}
