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

/** A message that was received: which invocation it stands for, and what proves that it was received. */
export interface HandOut {
  readonly invocationId: string;
  readonly receiptHandle: string;
}

/** SQS takes and gives at most this many messages in one call. */
const MAX_BATCH = 10;
/** SQS's longest: the ledger's own time to live ends earlier. */
const RETENTION_SECONDS = 14 * 24 * 3600;
const DEFAULT_VISIBILITY_SECONDS = 30;

/**
 * The SQS queue that hands out one endpoint's invocations. A message carries an id and nothing else: what it means is
 * in the record. The queue is created at its first use.
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

  /** Waits up to `waitSeconds` for a first message; what is received is hidden from others for `visibilitySeconds`. */
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

  /** Keeps messages hidden for so long from now on: the heartbeat of whoever works on them. */
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

  /** Lets anybody receive the message at once. */
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

  /** About how many messages there are, hidden ones included. */
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
