import type { DeliveryResult } from '../../../core/delivery/delivery-attempt.js';
import type { MessageAttribute } from '../../../core/delivery/delivery.js';
import { GetQueueUrlCommand, QueueDoesNotExist, type SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import { failureOf } from '../aws-failure.js';
import { toSdkAttributes } from '../message-attributes.js';

/** The most queue URLs kept in memory; beyond that they are looked up again. */
const MAX_KNOWN_QUEUES = 1_000;
/** SQS's own limit. SNS drops a raw message with more attributes; Ebb drops it too, and says so. */
const MAX_ATTRIBUTES = 10;

type Attributes = Readonly<Record<string, MessageAttribute>>;

/** Sends messages to SQS queues by their ARN. */
export class QueueReceiver {
  private readonly queueUrls = new Map<string, string>();

  constructor(private readonly client: SQSClient) {}

  /** Sends a message. Rejects only if `signal` is aborted. */
  async send(queueArn: string, body: string, attributes: Attributes, signal: AbortSignal): Promise<DeliveryResult> {
    if (Object.keys(attributes).length > MAX_ATTRIBUTES) {
      return { kind: 'undeliverable', reason: `SQS takes at most ${MAX_ATTRIBUTES} message attributes` };
    }
    try {
      const input = {
        QueueUrl: await this.queueUrl(queueArn, signal),
        MessageBody: body,
        MessageAttributes: toSdkAttributes(attributes),
      };
      await this.client.send(new SendMessageCommand(input), { abortSignal: signal });
      return { kind: 'delivered' };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      // A queue that was deleted and created again may have another address.
      if (error instanceof QueueDoesNotExist) this.queueUrls.delete(queueArn);
      return failureOf(error);
    }
  }

  private async queueUrl(queueArn: string, signal: AbortSignal): Promise<string> {
    const known = this.queueUrls.get(queueArn);
    if (known !== undefined) return known;
    const [, , , , accountId, name] = queueArn.split(':');
    const command = new GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: accountId });
    const found = await this.client.send(command, { abortSignal: signal });
    if (this.queueUrls.size >= MAX_KNOWN_QUEUES) this.queueUrls.clear();
    this.queueUrls.set(queueArn, found.QueueUrl!);
    return found.QueueUrl!;
  }
}
