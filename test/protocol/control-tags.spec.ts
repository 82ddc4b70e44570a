import {
  AddTagsCommand,
  CreateModelCommand,
  DeleteTagsCommand,
  ListTagsCommand,
  type Tag,
  paginateListTags,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import { type Refusal, missing, one, refusalOf, tooLong, tooSmall, unmatched } from '../support/control-refusals.js';
import { createEndpoint } from '../support/deploy.js';

const ACCOUNT = 'arn:aws:sagemaker:us-east-1:123456789012';
const ENDPOINT = `${ACCOUNT}:endpoint/ocr`;
const TAG_PATTERN = '([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)';

let host: ControlHost;
beforeEach(async () => {
  host = await openControlHost();
  await createEndpoint(host, 'OCR');
});
afterEach(() => host.close());

async function tagsOf(ResourceArn: string): Promise<Tag[] | undefined> {
  return (await host.sagemaker.send(new ListTagsCommand({ ResourceArn }))).Tags;
}

describe('tags', () => {
  it.each([`${ACCOUNT}:model/ocr-model`, `${ACCOUNT}:endpoint-config/ocr-config`, ENDPOINT])(
    'of %s are attached, listed, overwritten and removed',
    async (ResourceArn) => {
      const first = { Key: 'team', Value: 'a' };
      expect((await host.sagemaker.send(new AddTagsCommand({ ResourceArn, Tags: [first] }))).Tags).toEqual([first]);
      const both = [
        { Key: 'team', Value: 'b' },
        { Key: 'Kosten:stelle/ä', Value: '' },
      ];
      expect((await host.sagemaker.send(new AddTagsCommand({ ResourceArn, Tags: both }))).Tags).toEqual(both);
      expect(await tagsOf(ResourceArn)).toEqual(both);
      await host.sagemaker.send(new DeleteTagsCommand({ ResourceArn, TagKeys: ['team', 'other'] }));
      expect(await tagsOf(ResourceArn)).toEqual([both[1]]);
    },
  );

  it('come with a creation', async () => {
    const Tags = [{ Key: 'team', Value: 'a' }];
    await host.sagemaker.send(new CreateModelCommand({ ModelName: 'm', PrimaryContainer: { Image: 'ocr' }, Tags }));
    expect(await tagsOf(`${ACCOUNT}:model/m`)).toEqual(Tags);
  });

  it('are found by an ARN that keeps the case of the name', async () => {
    const Tags = [{ Key: 'team', Value: 'a' }];
    await host.sagemaker.send(new AddTagsCommand({ ResourceArn: `${ACCOUNT}:endpoint/OCR`, Tags }));
    expect(await tagsOf(ENDPOINT)).toEqual(Tags);
  });

  it('are at most fifty on one resource, all on one page', async () => {
    const fifty = Array.from({ length: 50 }, (_, n) => ({ Key: `key-${n}`, Value: '' }));
    await host.sagemaker.send(new AddTagsCommand({ ResourceArn: ENDPOINT, Tags: fifty }));
    const pages = [];
    const pagination = { client: host.sagemaker, pageSize: 50 };
    for await (const { Tags } of paginateListTags(pagination, { ResourceArn: ENDPOINT })) pages.push(Tags);
    expect(pages).toEqual([fifty]);

    const oneMore = new AddTagsCommand({ ResourceArn: ENDPOINT, Tags: [{ Key: 'one-more', Value: '' }] });
    expect(await refusalOf(host, oneMore)).toBe('A resource can have at most 50 tags.');
    const overwritten = new AddTagsCommand({ ResourceArn: ENDPOINT, Tags: [{ Key: 'key-0', Value: 'b' }] });
    expect((await host.sagemaker.send(overwritten)).Tags).toContainEqual({ Key: 'key-0', Value: 'b' });
  });

  it('of an endpoint cause a signal when they change, and not when they are read', async () => {
    host.signals.length = 0;
    await tagsOf(ENDPOINT);
    expect(host.signals).toEqual([]);
    await host.sagemaker.send(new AddTagsCommand({ ResourceArn: ENDPOINT, Tags: [{ Key: 'a', Value: 'b' }] }));
    expect(host.signals).toEqual([{ kind: 'endpoint', endpointName: 'OCR' }]);
  });
});

describe('tags are refused for', () => {
  const add = (...Tags: object[]): AddTagsCommand => new AddTagsCommand({ ResourceArn: ENDPOINT, Tags: Tags as Tag[] });

  it.each<Refusal>([
    ['no key', add({ Value: 'v' }), missing('tags.1.member.key')],
    ['no value', add({ Key: 'k' }), missing('tags.1.member.value')],
    [
      'an empty key',
      add({ Key: '', Value: '' }),
      one('tags.1.member.key', '', 'Member must have length greater than or equal to 1'),
    ],
    ['a long key', add({ Key: 'k'.repeat(129), Value: '' }), tooLong('tags.1.member.key', 'k'.repeat(129), 128)],
    [
      'a long value',
      add({ Key: 'k', Value: 'v'.repeat(257) }),
      tooLong('tags.1.member.value', `${'v'.repeat(256)}...`, 256),
    ],
    ['an odd character', add({ Key: 'k!', Value: '' }), unmatched('tags.1.member.key', 'k!', TAG_PATTERN)],
    [
      'a key that is AWS’s own',
      add({ Key: 'AWS:name', Value: '' }),
      one('tags.1.member.key', 'AWS:name', 'Member must not begin with aws:, which is reserved'),
    ],
    ['nothing to add', new AddTagsCommand({ ResourceArn: ENDPOINT, Tags: undefined }), missing('tags')],
    [
      'nothing to remove',
      new DeleteTagsCommand({ ResourceArn: ENDPOINT, TagKeys: [] }),
      one('tagKeys', '[]', 'Member must have length greater than or equal to 1'),
    ],
    [
      'an invalid ARN',
      new ListTagsCommand({ ResourceArn: 'ocr' }),
      unmatched('resourceArn', 'ocr', 'arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+'),
    ],
    ['a small page', new ListTagsCommand({ ResourceArn: ENDPOINT, MaxResults: 49 }), tooSmall('maxResults', 49, 50)],
    [
      'an unknown token',
      new ListTagsCommand({ ResourceArn: ENDPOINT, NextToken: 'WzFd' }),
      'The NextToken is not valid: it was not returned by an earlier call.',
    ],
    [
      'a missing model',
      new AddTagsCommand({ ResourceArn: `${ACCOUNT}:model/none`, Tags: [] }),
      `Could not find model "${ACCOUNT}:model/none".`,
    ],
    [
      'a missing config',
      new DeleteTagsCommand({ ResourceArn: `${ACCOUNT}:endpoint-config/none`, TagKeys: ['a'] }),
      `Could not find endpoint configuration "${ACCOUNT}:endpoint-config/none".`,
    ],
    [
      'a missing endpoint',
      new ListTagsCommand({ ResourceArn: `${ACCOUNT}:endpoint/none` }),
      `Could not find endpoint "${ACCOUNT}:endpoint/none".`,
    ],
    [
      'a resource of another kind',
      new ListTagsCommand({ ResourceArn: `${ACCOUNT}:training-job/none` }),
      `Could not find a resource with the ARN "${ACCOUNT}:training-job/none".`,
    ],
    [
      'a resource of another account',
      new ListTagsCommand({ ResourceArn: 'arn:aws:sagemaker:us-east-1:000000000000:endpoint/ocr' }),
      'Could not find a resource with the ARN "arn:aws:sagemaker:us-east-1:000000000000:endpoint/ocr".',
    ],
  ])('%s', async (_, command, message) => {
    expect(await refusalOf(host, command)).toBe(message);
  });
});
