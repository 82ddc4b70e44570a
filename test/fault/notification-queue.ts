import { CreateQueueCommand, DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { SubscribeCommand } from '@aws-sdk/client-sns';
import type { AwsClients } from '../support/aws-clients.js';
import { HeardNotifications } from '../support/heard-notifications.js';

const NAME = 'notifications';
const ARN = `arn:aws:sqs:us-east-1:000000000000:${NAME}`;
const READERS = 4;
const VISIBILITY_SECONDS = 300;

/** A user's own queue that is subscribed to topics, and read in the end. */
export class NotificationQueue extends HeardNotifications {
  static async create({ sqs, sns }: AwsClients, topics: readonly string[]): Promise<NotificationQueue> {
    const Attributes = { VisibilityTimeout: String(VISIBILITY_SECONDS) };
    await sqs.send(new CreateQueueCommand({ QueueName: NAME, Attributes }));
    for (const TopicArn of topics) await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: ARN }));
    return new NotificationQueue();
  }

  /** Takes in all that is in the queue now. */
  async read(aws: AwsClients): Promise<void> {
    await Promise.all(Array.from({ length: READERS }, () => this.readUntilEmpty(aws)));
  }

  private async readUntilEmpty({ sqs, url }: AwsClients): Promise<void> {
    const QueueUrl = `${url}/000000000000/${NAME}`;
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) return;
      for (const { Body } of Messages) this.take(JSON.parse(Body!) as { MessageId: string; Message: string });
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  }
}
