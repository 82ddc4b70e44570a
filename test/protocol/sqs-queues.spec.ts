import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  type Message,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SQSClient,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT_ID, type MessagingServer, REGION, startMessagingServer } from '../support/messaging-server.js';

let server: MessagingServer;
let sqs: SQSClient;
let sns: SNSClient;

beforeAll(async () => {
  server = await startMessagingServer();
  sqs = new SQSClient(server.clients);
  sns = new SNSClient(server.clients);
});
afterAll(async () => {
  sqs.destroy();
  sns.destroy();
  await server.close();
});

async function createQueue(QueueName: string, Attributes?: Record<string, string>): Promise<string> {
  return (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl!;
}

async function receive(QueueUrl: string, WaitTimeSeconds = 10): Promise<Message[]> {
  const request = { QueueUrl, WaitTimeSeconds, MessageAttributeNames: ['All'], MaxNumberOfMessages: 10 };
  return (await sqs.send(new ReceiveMessageCommand(request))).Messages ?? [];
}

const queueArn = (name: string): string => `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${name}`;

describe('queues through the AWS SDK', () => {
  it('have URLs that lead back to Ebb, and the configured account and region in their ARNs', async () => {
    const QueueUrl = await createQueue('addressed');
    expect(QueueUrl).toBe(`${server.url}/${ACCOUNT_ID}/addressed`);
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: 'addressed' }))).QueueUrl).toBe(QueueUrl);
    expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'addr' }))).QueueUrls).toEqual([QueueUrl]);
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    expect(Attributes).toEqual({ QueueArn: queueArn('addressed') });
  });

  it('return sent messages on request until they are deleted', async () => {
    const QueueUrl = await createQueue('plain');
    const attributes = { colour: { DataType: 'String', StringValue: 'red' } };
    // An ARN inside a message is not translated.
    const MessageBody = 'arn:aws:sqs:eu-central-1:000000000000:plain <&> ✓';
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes: attributes }));
    const [message] = await receive(QueueUrl);
    expect(message).toMatchObject({ Body: MessageBody, MessageAttributes: attributes });
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message!.ReceiptHandle }));
    expect(await receive(QueueUrl, 0)).toEqual([]);
  });

  it('hand a message to a waiting receiver', async () => {
    const QueueUrl = await createQueue('awaited');
    const waiting = receive(QueueUrl, 20);
    const others = receive(QueueUrl, 20);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'first' }));
    expect((await Promise.race([waiting, others])).map((message) => message.Body)).toEqual(['first']);
    // The other receiver goes on waiting.
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'second' }));
    const bodies = (await Promise.all([waiting, others])).flat().map((message) => message.Body);
    expect(bodies.sort()).toEqual(['first', 'second']);
  });

  it('keep a message for other receivers if the waiting one has hung up', async () => {
    const QueueUrl = await createQueue('abandoned');
    const hangUp = new AbortController();
    const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 });
    const abandoned = sqs.send(command, { abortSignal: hangUp.signal });
    const other = receive(QueueUrl, 20);
    hangUp.abort();
    await expect(abandoned).rejects.toMatchObject({ name: 'AbortError' });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'kept' }));
    expect((await other).map((message) => message.Body)).toEqual(['kept']);
  });

  it('move messages that were received too often to their dead-letter queue', async () => {
    const deadLetters = await createQueue('dead-letters');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn('dead-letters'), maxReceiveCount: 1 });
    const QueueUrl = await createQueue('poisoned', { RedrivePolicy, VisibilityTimeout: '0' });
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] }),
    );
    expect(JSON.parse(Attributes!['RedrivePolicy']!)).toMatchObject({ deadLetterTargetArn: queueArn('dead-letters') });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
    expect(await receive(QueueUrl, 0)).toHaveLength(1);
    expect(await receive(QueueUrl, 0)).toHaveLength(0);
    expect((await receive(deadLetters)).map((message) => message.Body)).toEqual(['poison']);
  });

  it('are not found by other names or in other accounts', async () => {
    await createQueue('mine');
    for (const QueueUrl of [`${server.url}/${ACCOUNT_ID}/missing`, `${server.url}/000000000000/mine`]) {
      const sending = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
      await expect(sending).rejects.toBeInstanceOf(QueueDoesNotExist);
    }
  });

  it('refuse names that SQS refuses', async () => {
    await expect(createQueue('no/such')).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(createQueue('x'.repeat(81))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('receive messages that are published to a subscribed topic', async () => {
    const QueueUrl = await createQueue('subscriber');
    const raw = await createQueue('raw-subscriber');
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'to-queues' }));
    const { SubscriptionArn } = await sns.send(
      new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn('subscriber') }),
    );
    await sns.send(
      new SubscribeCommand({
        TopicArn,
        Protocol: 'sqs',
        Endpoint: queueArn('raw-subscriber'),
        Attributes: { RawMessageDelivery: 'true' },
      }),
    );
    const MessageAttributes = {
      colour: { DataType: 'String', StringValue: 'red' },
      bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) },
    };
    const { MessageId } = await sns.send(new PublishCommand({ TopicArn, Message: 'news', MessageAttributes }));

    const [wrapped] = await receive(QueueUrl);
    expect(JSON.parse(wrapped!.Body!)).toMatchObject({
      Type: 'Notification',
      MessageId,
      TopicArn,
      Message: 'news',
      UnsubscribeURL: expect.stringContaining(SubscriptionArn!),
      MessageAttributes: { colour: { Type: 'String', Value: 'red' }, bytes: { Type: 'Binary', Value: 'AQID' } },
    });
    const [bare] = await receive(raw);
    expect(bare).toMatchObject({ Body: 'news', MessageAttributes });
  });
});

async function query(path: string, parameters: Record<string, string>): Promise<{ status: number; xml: string }> {
  const body = new URLSearchParams({ Version: '2012-11-05', ...parameters });
  const response = await fetch(server.url + path, { method: 'POST', body });
  return { status: response.status, xml: await response.text() };
}

describe('queues through the older Query protocol', () => {
  it('are created, sent to at their own path, and received from', async () => {
    const { xml } = await query('/', {
      Action: 'CreateQueue',
      QueueName: 'old-style',
      'Attribute.1.Name': 'VisibilityTimeout',
      'Attribute.1.Value': '60',
    });
    expect(xml).toContain(
      `<CreateQueueResult><QueueUrl>${server.url}/${ACCOUNT_ID}/old-style</QueueUrl></CreateQueueResult>`,
    );
    const sent = await query(`/${ACCOUNT_ID}/old-style`, {
      Action: 'SendMessageBatch',
      'SendMessageBatchRequestEntry.1.Id': 'a',
      'SendMessageBatchRequestEntry.1.MessageBody': 'one & only',
      'SendMessageBatchRequestEntry.1.MessageAttribute.1.Name': 'colour',
      'SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType': 'String',
      'SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue': 'red',
    });
    expect(sent.xml).toMatch(/<SendMessageBatchResultEntry><Id>a<\/Id><MessageId>[0-9a-f-]{36}</);
    const received = await query(`/${ACCOUNT_ID}/old-style`, {
      Action: 'ReceiveMessage',
      MaxNumberOfMessages: '1',
      'AttributeName.1': 'All',
      'MessageAttributeName.1': 'All',
    });
    expect(received.xml).toContain('<Body>one &amp; only</Body>');
    expect(received.xml).toContain(`<Attribute><Name>SenderId</Name><Value>${ACCOUNT_ID}</Value></Attribute>`);
    expect(received.xml).toContain(
      '<MessageAttribute><Name>colour</Name><Value><DataType>String</DataType><StringValue>red</StringValue></Value>',
    );
  });

  it('return errors with the names of that protocol', async () => {
    const { status, xml } = await query('/', { Action: 'GetQueueUrl', QueueName: 'nowhere' });
    expect(status).toBe(400);
    expect(xml).toContain('<Code>AWS.SimpleQueueService.NonExistentQueue</Code>');
    expect((await query('/', { Action: 'Dance' })).xml).toContain('<Code>InvalidAction</Code>');
  });
});

describe('the embedded queues', () => {
  it('keep their messages through a restart', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ebb-queues-'));
    const first = await startMessagingServer(directory);
    const before = new SQSClient(first.clients);
    const { QueueUrl } = await before.send(new CreateQueueCommand({ QueueName: 'durable' }));
    await before.send(new SendMessageCommand({ QueueUrl, MessageBody: 'still here' }));
    before.destroy();
    await first.close();

    const second = await startMessagingServer(directory);
    const after = new SQSClient(second.clients);
    const found = await after.send(new GetQueueUrlCommand({ QueueName: 'durable' }));
    expect(found.QueueUrl).toBe(`${second.url}/${ACCOUNT_ID}/durable`);
    const { Messages } = await after.send(new ReceiveMessageCommand({ QueueUrl: found.QueueUrl }));
    expect(Messages!.map((message) => message.Body)).toEqual(['still here']);
    after.destroy();
    await second.close();
    await rm(directory, { recursive: true });
  });
});
