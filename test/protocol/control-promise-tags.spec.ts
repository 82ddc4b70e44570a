import { AddTagsCommand, CreateEndpointCommand, ListTagsCommand } from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import { createEndpoint } from '../support/deploy.js';

const ARN = 'arn:aws:sagemaker:us-east-1:123456789012:endpoint/ocr';

let host: ControlHost;
beforeEach(async () => {
  host = await openControlHost();
  await createEndpoint(host, 'ocr');
});
afterEach(() => host.close());

const addTags = (tags: Readonly<Record<string, string>>): Promise<unknown> =>
  host.sagemaker.send(
    new AddTagsCommand({ ResourceArn: ARN, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
  );

describe('the tags that promise something for an endpoint', () => {
  it('are kept like others, and the autoscaler is notified', async () => {
    host.signals.length = 0;
    await addTags({ 'ebb:start-within-seconds': '2.5', 'ebb:keep-warm-seconds': '60' });
    expect(host.signals).toEqual([{ kind: 'endpoint', endpointName: 'ocr' }]);
    const { Tags } = await host.sagemaker.send(new ListTagsCommand({ ResourceArn: ARN }));
    expect(Tags).toContainEqual({ Key: 'ebb:start-within-seconds', Value: '2.5' });
  });

  it.each([
    [{ 'ebb:start-within-seconds': 'soon' }, 'ebb:start-within-seconds must be a number of seconds from 0 to 86400'],
    [{ 'ebb:keep-warm-seconds': '-1' }, 'ebb:keep-warm-seconds must be a number of seconds from 0 to 86400'],
    [{ 'ebb:warm-instances': 'many' }, 'ebb:warm-instances must be'],
    [{ 'ebb:warm-instances/main': '-1' }, 'ebb:warm-instances/main must be'],
    [{ 'ebb:warm-seconds': '1.5' }, 'ebb:warm-seconds must be'],
    [{ 'ebb:start-within-seconds': '1', 'ebb:done-within-seconds': '9' }, 'Only one of the tags'],
  ])('are refused where they cannot be meant: %j', async (tags, message) => {
    await expect(addTags(tags)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message) as string,
    });
    const { Tags } = await host.sagemaker.send(new ListTagsCommand({ ResourceArn: ARN }));
    expect(Tags).toEqual([]);
  });

  it.each(['ebb:done-within-seconds', 'ebb:warm-instances'])('are also refused at creation: %s', async (Key) => {
    const create = new CreateEndpointCommand({
      EndpointName: 'other',
      EndpointConfigName: 'ocr-config',
      Tags: [{ Key, Value: 'tomorrow' }],
    });
    await expect(host.sagemaker.send(create)).rejects.toMatchObject({ name: 'ValidationException' });
    expect(await host.world.catalog.endpoints.get('other')).toBeUndefined();
  });
});
