import { SNSClient } from '@aws-sdk/client-sns';
import { GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import { topicArn as arnOfTopic, queueArn } from '../../libs/core/arn.js';
import type { Subscription, Topic } from '../../libs/core/delivery/topic.js';
import { SystemClock } from '../../libs/drivers/clock/system.js';
import { SnsNotifications } from '../../libs/drivers/notifications/sns.js';
import { TopicNotifications } from '../../libs/drivers/notifications/topics.js';
import { MemoryCatalog } from '../support/memory-catalog.js';
import { type NotificationsWorld, type ReceivedMessage, describeNotifications } from './notifications.contract.js';

const PLACE = { accountId: '000000000000', region: 'us-east-1' };
const QUEUES = ['wrapped', 'raw'] as const;
const TOPIC = arnOfTopic(PLACE, 'results');

describeNotifications('the embedded SNS', async () => {
  const fauxqs = await startFauxqs({ port: 0, logger: false });
  for (const queue of QUEUES) fauxqs.createQueue(queue);
  const settings = settingsFor(fauxqs.port);
  const sqs = new SQSClient(settings);
  const catalog = new MemoryCatalog();
  await catalog.topics.create(TOPIC, topic());
  for (const queue of QUEUES) await catalog.subscriptions.create(subscription(queue).arn, subscription(queue));
  const notifications = new TopicNotifications(catalog, sqs, new SystemClock(), { baseUrl: () => 'http://ebb' });
  return world({ notifications, keepsTopics: true }, settings, fauxqs, async () => {
    await notifications.close();
    sqs.destroy();
  });
});

describeNotifications('SNS', async () => {
  const fauxqs = await startFauxqs({ port: 0, logger: false });
  for (const queue of QUEUES) fauxqs.createQueue(queue);
  fauxqs.createTopic('results');
  fauxqs.subscribe({ topic: 'results', queue: 'wrapped' });
  fauxqs.subscribe({ topic: 'results', queue: 'raw', attributes: { RawMessageDelivery: 'true' } });
  const settings = settingsFor(fauxqs.port);
  const sns = new SNSClient(settings);
  const driver = { notifications: new SnsNotifications(sns), keepsTopics: false };
  return world(driver, settings, fauxqs, async () => sns.destroy());
});

type Settings = ReturnType<typeof settingsFor>;

function settingsFor(port: number) {
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: PLACE.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    // The server names queues by a host that only its own resolver knows.
    useQueueUrlAsEndpoint: false,
  };
}

function world(
  driver: Pick<NotificationsWorld, 'notifications' | 'keepsTopics'>,
  settings: Settings,
  fauxqs: Awaited<ReturnType<typeof startFauxqs>>,
  closeDriver: () => Promise<void>,
): NotificationsWorld {
  const reader = new SQSClient(settings);
  let stopped: Promise<unknown> | undefined;
  const stop = (): Promise<unknown> => (stopped ??= fauxqs.stop());
  return {
    ...driver,
    topicArn: TOPIC,
    missingTopicArn: arnOfTopic(PLACE, 'never-made'),
    receive: (queue) => receive(reader, queue),
    cutOff: async () => {
      await stop();
    },
    close: async () => {
      reader.destroy();
      await closeDriver();
      await stop();
    },
  };
}

async function receive(sqs: SQSClient, queue: string): Promise<ReceivedMessage> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
  const request = { QueueUrl, WaitTimeSeconds: 5, VisibilityTimeout: 600, MessageAttributeNames: ['All'] };
  const { Messages } = await sqs.send(new ReceiveMessageCommand(request));
  const [message] = Messages!;
  const attributes = Object.entries(message!.MessageAttributes ?? {}).map(([name, { DataType, StringValue }]) => [
    name,
    { type: DataType!, value: StringValue! },
  ]);
  return { body: message!.Body!, attributes: Object.fromEntries(attributes) as ReceivedMessage['attributes'] };
}

function topic(): Topic {
  return { arn: TOPIC, name: 'results', attributes: {}, tags: {}, createdAt: 0 };
}

function subscription(queue: 'wrapped' | 'raw'): Subscription {
  return {
    arn: `${TOPIC}:${queue}`,
    topicArn: TOPIC,
    protocol: 'sqs',
    endpoint: queueArn(PLACE, queue),
    confirmed: true,
    rawMessageDelivery: queue === 'raw',
    attributes: {},
    createdAt: 0,
  };
}
