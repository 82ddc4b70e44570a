import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  PublishBatchCommand,
  PublishCommand,
  SNSClient,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EbbError } from '../../libs/core/errors.js';
import { type HttpReceiver, type ReceivedPost, startHttpReceiver } from '../support/http-receiver.js';
import { ACCOUNT_ID, type MessagingServer, REGION, startMessagingServer } from '../support/messaging-server.js';

let server: MessagingServer;
let sns: SNSClient;
let topics = 0;

beforeAll(async () => {
  server = await startMessagingServer();
  sns = new SNSClient(server.clients);
});
afterAll(async () => {
  sns.destroy();
  await server.close();
});

async function createTopic(): Promise<string> {
  return (await sns.send(new CreateTopicCommand({ Name: `topic-${++topics}` }))).TopicArn!;
}

const queueArn = (name: string): string => `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${name}`;
const isConfirmation = (post: ReceivedPost): boolean =>
  post.headers['x-amz-sns-message-type'] === 'SubscriptionConfirmation';
const isNotification = (post: ReceivedPost): boolean => post.headers['x-amz-sns-message-type'] === 'Notification';

/** Subscribes as users do: the receiver visits the link that SNS sends it. */
async function subscribeAndConfirm(
  TopicArn: string,
  receiver: HttpReceiver,
  Attributes?: Record<string, string>,
): Promise<string> {
  const request = { TopicArn, Protocol: 'http', Endpoint: receiver.url, Attributes };
  await sns.send(new SubscribeCommand(request));
  const { SubscribeURL } = JSON.parse((await receiver.next(isConfirmation)).body) as { SubscribeURL: string };
  const answer = await (await fetch(SubscribeURL)).text();
  return /<SubscriptionArn>(.*)<\/SubscriptionArn>/.exec(answer)![1]!;
}

describe('an HTTP subscription', () => {
  it('is confirmed by a visit to the link that its receiver gets, and then gets published messages', async () => {
    await using receiver = await startHttpReceiver();
    const TopicArn = await createTopic();
    const pending = await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: receiver.url }));
    expect(pending.SubscriptionArn).toBe('pending confirmation');

    const handshake = await receiver.next(isConfirmation);
    expect(handshake.headers).toMatchObject({
      'content-type': 'text/plain; charset=UTF-8',
      'x-amz-sns-topic-arn': TopicArn,
      'user-agent': 'Amazon Simple Notification Service Agent',
    });
    const confirmation = JSON.parse(handshake.body) as Record<string, string>;
    expect(Object.keys(confirmation)).toEqual([
      'Type',
      'MessageId',
      'Token',
      'TopicArn',
      'Message',
      'SubscribeURL',
      'Timestamp',
      'SignatureVersion',
      'Signature',
      'SigningCertURL',
    ]);
    expect(confirmation['MessageId']).toBe(handshake.headers['x-amz-sns-message-id']);
    const answer = await (await fetch(confirmation['SubscribeURL']!)).text();
    const subscriptionArn = /<SubscriptionArn>(.*)<\/SubscriptionArn>/.exec(answer)![1]!;

    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'test' } };
    const message = { TopicArn, Message: 'Hello, "world" ✓', Subject: 'Greeting', MessageAttributes };
    const { MessageId } = await sns.send(new PublishCommand(message));
    const post = await receiver.next(isNotification);
    expect(post.headers).toMatchObject({
      'content-type': 'text/plain; charset=UTF-8',
      'x-amz-sns-message-id': MessageId,
      'x-amz-sns-topic-arn': TopicArn,
      'x-amz-sns-subscription-arn': subscriptionArn,
    });
    expect(post.headers['x-amz-sns-rawdelivery']).toBeUndefined();
    expect(JSON.parse(post.body)).toEqual({
      Type: 'Notification',
      MessageId,
      TopicArn,
      Subject: 'Greeting',
      Message: 'Hello, "world" ✓',
      Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      SignatureVersion: '1',
      Signature: '',
      SigningCertURL: '',
      UnsubscribeURL: `${server.url}/?Action=Unsubscribe&SubscriptionArn=${subscriptionArn}`,
      MessageAttributes: { kind: { Type: 'String', Value: 'test' } },
    });
  });

  it('gets only the message with raw delivery', async () => {
    await using receiver = await startHttpReceiver();
    const TopicArn = await createTopic();
    await subscribeAndConfirm(TopicArn, receiver, { RawMessageDelivery: 'true' });
    await sns.send(new PublishCommand({ TopicArn, Message: 'bare' }));
    const post = await receiver.next(isNotification);
    expect(post.body).toBe('bare');
    expect(post.headers['x-amz-sns-rawdelivery']).toBe('true');
  });

  it('gets nothing before it has confirmed', async () => {
    await using quiet = await startHttpReceiver();
    await using confirmed = await startHttpReceiver();
    const TopicArn = await createTopic();
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: quiet.url }));
    await quiet.next(isConfirmation);
    await subscribeAndConfirm(TopicArn, confirmed);
    await sns.send(new PublishCommand({ TopicArn, Message: 'news' }));
    await confirmed.next(isNotification);
    expect(quiet.received.filter(isNotification)).toEqual([]);
  });

  it('ends with a visit to the link in a message', async () => {
    await using receiver = await startHttpReceiver();
    const TopicArn = await createTopic();
    const SubscriptionArn = await subscribeAndConfirm(TopicArn, receiver);
    await sns.send(new PublishCommand({ TopicArn, Message: 'last' }));
    const { UnsubscribeURL } = JSON.parse((await receiver.next(isNotification)).body) as { UnsubscribeURL: string };
    expect((await fetch(UnsubscribeURL)).status).toBe(200);
    await expect(sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Subscription does not exist',
    });
  });

  it('does not end by a link if its receiver asked for authentication', async () => {
    await using receiver = await startHttpReceiver();
    const TopicArn = await createTopic();
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: receiver.url }));
    const { Token } = JSON.parse((await receiver.next(isConfirmation)).body) as { Token: string };
    const { SubscriptionArn } = await sns.send(
      new ConfirmSubscriptionCommand({ TopicArn, Token, AuthenticateOnUnsubscribe: 'true' }),
    );
    const link = `${server.url}/?Action=Unsubscribe&SubscriptionArn=${SubscriptionArn}`;
    expect((await fetch(link)).status).toBe(403);
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  });

  it('is not confirmed by a wrong token', async () => {
    const TopicArn = await createTopic();
    await expect(sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token: 'guess' }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Invalid parameter: Token',
    });
  });
});

describe('subscriptions through the AWS SDK', () => {
  it('are created once for an endpoint that is subscribed repeatedly', async () => {
    const TopicArn = await createTopic();
    const request = { TopicArn, Protocol: 'sqs', Endpoint: queueArn('same') };
    const answers = await Promise.all([1, 2, 3].map(() => sns.send(new SubscribeCommand(request))));
    expect(new Set(answers.map((answer) => answer.SubscriptionArn)).size).toBe(1);
    const different = { ...request, Attributes: { RawMessageDelivery: 'true' } };
    await expect(sns.send(new SubscribeCommand(different))).rejects.toMatchObject({
      message: 'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
    });
  });

  it('show no ARN while they are pending, except on request', async () => {
    await using receiver = await startHttpReceiver();
    const TopicArn = await createTopic();
    const request = { TopicArn, Protocol: 'http', Endpoint: receiver.url, ReturnSubscriptionArn: true };
    const { SubscriptionArn } = await sns.send(new SubscribeCommand(request));
    expect(SubscriptionArn).toMatch(new RegExp(`^${TopicArn}:[0-9a-f-]{36}$`));
    const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(Subscriptions).toEqual([
      {
        SubscriptionArn: 'PendingConfirmation',
        Owner: ACCOUNT_ID,
        Protocol: 'http',
        Endpoint: receiver.url,
        TopicArn,
      },
    ]);
    const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    expect(Attributes).toMatchObject({ PendingConfirmation: 'true', RawMessageDelivery: 'false' });
    await receiver.next(isConfirmation);
  });

  it('are listed over all topics and changed one attribute at a time', async () => {
    const TopicArn = await createTopic();
    const request = { TopicArn, Protocol: 'sqs', Endpoint: queueArn('listed') };
    const { SubscriptionArn } = await sns.send(new SubscribeCommand(request));
    const { Subscriptions } = await sns.send(new ListSubscriptionsCommand({}));
    expect(Subscriptions!.map((one) => one.SubscriptionArn)).toContain(SubscriptionArn);
    const set = (AttributeName: string, AttributeValue: string): Promise<unknown> =>
      sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));
    await set('RawMessageDelivery', 'true');
    await set('FilterPolicy', '{"colour":["red"]}');
    const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    expect(Attributes).toMatchObject({ RawMessageDelivery: 'true', FilterPolicy: '{"colour":["red"]}' });
    await expect(set('RawMessageDelivery', 'perhaps')).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(set('RedrivePolicy', '{}')).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(set('FilterPolicyScope', 'MessageBody')).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(set('FilterPolicy', '{"colour":[{"cidr":"10.0.0.0/8"}]}')).rejects.toMatchObject({
      message: "Invalid parameter: FilterPolicy: the operator 'cidr' is not supported",
    });
  });

  it.each([
    ['email', 'a@example.com', /Does not support this protocol string: email; supported are http, https, sqs/],
    ['lambda', 'arn:aws:lambda:eu-central-1:123456789012:function:f', /protocol string: lambda/],
    ['http', 'https://example.com/', /Endpoint must match the specified protocol/],
    ['https', 'https://', /Endpoint must match the specified protocol/],
    ['sqs', 'http://127.0.0.1/queue', /SQS endpoint ARN/],
    ['sqs', `arn:aws:sqs:us-west-2:${ACCOUNT_ID}:far`, /Only queues of account 123456789012 in eu-central-1/],
    ['sqs', `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:ordered.fifo`, /FIFO SQS Queues can not be subscribed/],
  ])('refuse %s to %s', async (Protocol, Endpoint, message) => {
    const TopicArn = await createTopic();
    await expect(sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringMatching(message),
    });
  });

  it('require a topic', async () => {
    const TopicArn = `arn:aws:sns:${REGION}:${ACCOUNT_ID}:nowhere`;
    const request = { TopicArn, Protocol: 'sqs', Endpoint: queueArn('q') };
    await expect(sns.send(new SubscribeCommand(request))).rejects.toMatchObject({ name: 'NotFoundException' });
    await expect(sns.send(new SubscribeCommand({ ...request, TopicArn: 'topic' }))).rejects.toMatchObject({
      message: 'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1',
    });
  });
});

describe('publishing through the AWS SDK', () => {
  it('gives each protocol its own text if the message is structured', async () => {
    await using receiver = await startHttpReceiver();
    const TopicArn = await createTopic();
    await subscribeAndConfirm(TopicArn, receiver, { RawMessageDelivery: 'true' });
    const Message = JSON.stringify({ default: 'for all', http: 'for http' });
    await sns.send(new PublishCommand({ TargetArn: TopicArn, Message, MessageStructure: 'json' }));
    expect((await receiver.next(isNotification)).body).toBe('for http');
  });

  it('delivers only messages that match a filter policy', async () => {
    await using receiver = await startHttpReceiver();
    const TopicArn = await createTopic();
    await subscribeAndConfirm(TopicArn, receiver, {
      RawMessageDelivery: 'true',
      FilterPolicy: '{"colour":["red"]}',
    });
    for (const colour of ['blue', 'red']) {
      const MessageAttributes = { colour: { DataType: 'String', StringValue: colour } };
      await sns.send(new PublishCommand({ TopicArn, Message: colour, MessageAttributes }));
    }
    await sns.send(new PublishCommand({ TopicArn, Message: 'colourless' }));
    await receiver.next((post) => post.body === 'red');
    expect(receiver.received.filter(isNotification).map((post) => post.body)).toEqual(['red']);
  });

  it('accepts a batch, of which only the invalid entries fail', async () => {
    await using receiver = await startHttpReceiver();
    const TopicArn = await createTopic();
    await subscribeAndConfirm(TopicArn, receiver, { RawMessageDelivery: 'true' });
    const answer = await sns.send(
      new PublishBatchCommand({
        TopicArn,
        PublishBatchRequestEntries: [
          { Id: 'good', Message: 'one' },
          { Id: 'bad', Message: 'two', Subject: 'line\nbreak' },
        ],
      }),
    );
    expect(answer.Successful!.map((entry) => entry.Id)).toEqual(['good']);
    expect(answer.Failed).toEqual([
      { Id: 'bad', Code: 'InvalidParameter', Message: 'Invalid parameter: Subject', SenderFault: true },
    ]);
    expect((await receiver.next(isNotification)).body).toBe('one');
  });

  it.each([
    ['no message', { Message: '' }, 'Invalid parameter: Empty message'],
    ['a message over 256 KB', { Message: 'x'.repeat(256 * 1024 + 1) }, 'Invalid parameter: Message too long'],
    ['a subject over 100 characters', { Message: 'm', Subject: 's'.repeat(101) }, 'Invalid parameter: Subject'],
    [
      'a structure without a default',
      { Message: '{"http":"x"}', MessageStructure: 'json' },
      'Invalid parameter: Message Structure - No default entry in JSON message body',
    ],
    [
      'a structure that is not JSON',
      { Message: 'x', MessageStructure: 'json' },
      'Invalid parameter: Message Structure - JSON message body failed to parse',
    ],
    [
      'an attribute without a value',
      { Message: 'm', MessageAttributes: { a: { DataType: 'String', StringValue: '' } } },
      "The message attribute 'a' must contain non-empty message attribute value for message attribute type 'String'.",
    ],
    ['a group', { Message: 'm', MessageGroupId: 'g' }, expect.stringMatching(/^Invalid parameter: MessageGroupId/)],
    ['a phone number', { Message: 'm', PhoneNumber: '+15550100' }, expect.stringMatching(/PhoneNumber/)],
  ])('refuses %s', async (_case, input, message) => {
    const TopicArn = await createTopic();
    await expect(sns.send(new PublishCommand({ TopicArn, ...input }))).rejects.toMatchObject({
      message,
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('accepts a message of exactly 256 KB', async () => {
    const TopicArn = await createTopic();
    const { MessageId } = await sns.send(new PublishCommand({ TopicArn, Message: '☃'.repeat(87_381) }));
    expect(MessageId).toBeDefined();
  });

  it('never confirms a message that the outbox could not keep', async () => {
    const full = await startMessagingServer();
    const client = new SNSClient({ ...full.clients, maxAttempts: 1 });
    try {
      const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 'full' }));
      full.outbox.enqueue = () => Promise.reject(new EbbError('StorageFull', 'The disk is full.'));
      await expect(client.send(new PublishCommand({ TopicArn, Message: 'lost?' }))).rejects.toMatchObject({
        name: 'InternalErrorException',
        $metadata: { httpStatusCode: 503 },
      });
    } finally {
      client.destroy();
      await full.close();
    }
  });
});
