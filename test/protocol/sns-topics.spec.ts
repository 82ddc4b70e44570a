import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  type SNSClient as Client,
  SNSClient,
  SetTopicAttributesCommand,
  SubscribeCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT_ID, type MessagingServer, REGION, startMessagingServer } from '../support/messaging-server.js';

let server: MessagingServer;
let sns: Client;

beforeAll(async () => {
  server = await startMessagingServer();
  sns = new SNSClient(server.clients);
});
afterAll(async () => {
  sns.destroy();
  await server.close();
});

const arnOf = (name: string): string => `arn:aws:sns:${REGION}:${ACCOUNT_ID}:${name}`;

async function createTopic(name: string): Promise<string> {
  return (await sns.send(new CreateTopicCommand({ Name: name }))).TopicArn!;
}

describe('topics through the AWS SDK', () => {
  it('are created once by repeated requests, in the configured account and region', async () => {
    expect(await createTopic('once')).toBe(arnOf('once'));
    expect(await createTopic('once')).toBe(arnOf('once'));
  });

  it('cannot be created again with other attributes or tags', async () => {
    const Tags = [{ Key: 'team', Value: 'a' }];
    await sns.send(new CreateTopicCommand({ Name: 'fixed', Attributes: { DisplayName: 'one' }, Tags }));
    await expect(
      sns.send(new CreateTopicCommand({ Name: 'fixed', Attributes: { DisplayName: 'two' } })),
    ).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Invalid parameter: Attributes Reason: Topic already exists with different attributes',
    });
    await expect(
      sns.send(new CreateTopicCommand({ Name: 'fixed', Tags: [{ Key: 'team', Value: 'b' }] })),
    ).rejects.toMatchObject({ message: 'Invalid parameter: Tags Reason: Topic already exists with different tags' });
  });

  it.each([
    ['has spaces', 'Invalid parameter: Topic Name'],
    ['x'.repeat(257), 'Invalid parameter: Topic Name'],
    ['orders.fifo', 'Invalid parameter: Topic Name Reason: FIFO topics are not supported'],
  ])('refuse the name %s', async (Name, message) => {
    await expect(sns.send(new CreateTopicCommand({ Name }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message,
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('are listed a hundred at a time', async () => {
    const names = Array.from({ length: 105 }, (_, index) => `page-${index}`);
    await Promise.all(names.map(createTopic));
    const listed: string[] = [];
    const sizes: number[] = [];
    let NextToken: string | undefined;
    do {
      const page = await sns.send(new ListTopicsCommand({ NextToken }));
      sizes.push(page.Topics?.length ?? 0);
      listed.push(...(page.Topics ?? []).map((topic) => topic.TopicArn!));
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    expect(sizes[0]).toBe(100);
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toEqual(expect.arrayContaining(names.map(arnOf)));
    await expect(sns.send(new ListTopicsCommand({ NextToken: 'nonsense' }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('show their attributes and their number of subscriptions', async () => {
    const TopicArn = await createTopic('described');
    const Endpoint = `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:somewhere`;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
    await sns.send(
      new SetTopicAttributesCommand({ TopicArn, AttributeName: 'DisplayName', AttributeValue: 'A & <B>' }),
    );
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
    expect(Attributes).toMatchObject({
      TopicArn,
      Owner: ACCOUNT_ID,
      DisplayName: 'A & <B>',
      SubscriptionsConfirmed: '1',
      SubscriptionsPending: '0',
    });
    expect(JSON.parse(Attributes!['Policy']!)).toMatchObject({ Version: '2008-10-17' });
  });

  it('refuse unknown attributes, and attributes of FIFO topics', async () => {
    const TopicArn = await createTopic('plain');
    for (const AttributeName of ['Colour', 'ContentBasedDeduplication']) {
      await expect(
        sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName, AttributeValue: 'true' })),
      ).rejects.toMatchObject({ name: 'InvalidParameterException' });
    }
  });

  it('are deleted with their subscriptions, and deleting again succeeds', async () => {
    const TopicArn = await createTopic('short-lived');
    const Endpoint = `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:somewhere`;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
    await sns.send(new DeleteTopicCommand({ TopicArn }));
    await sns.send(new DeleteTopicCommand({ TopicArn }));
    expect((await server.catalog.subscriptions.all()).filter((one) => one.topicArn === TopicArn)).toEqual([]);
    await expect(sns.send(new GetTopicAttributesCommand({ TopicArn }))).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Topic does not exist',
      $metadata: { httpStatusCode: 404 },
    });
  });

  it('keep tags', async () => {
    const ResourceArn = await createTopic('tagged');
    await sns.send(
      new TagResourceCommand({
        ResourceArn,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await sns.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }));
    expect((await sns.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags).toEqual([{ Key: 'b', Value: '2' }]);
  });

  it('report an unknown operation', async () => {
    const response = await fetch(`${server.url}/?Action=Dance&Version=2010-03-31`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('<Code>InvalidAction</Code>');
  });

  it('accept unsigned forms, as a shell sends them', async () => {
    const body = new URLSearchParams({ Action: 'CreateTopic', Version: '2010-03-31', Name: 'by-hand' });
    const response = await fetch(server.url, { method: 'POST', body });
    expect(await response.text()).toContain(`<TopicArn>${arnOf('by-hand')}</TopicArn>`);
  });
});
