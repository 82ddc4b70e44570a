import { describe, expect, it } from 'vitest';
import { alarmNameOf, readListTags, readTagResource, readUntagResource } from './tags.js';

const PLACE = { accountId: '123456789012', region: 'us-east-1' };
const ResourceARN = 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:backlog: high';

describe('tags of an alarm', () => {
  it('are added, removed and listed by its ARN', () => {
    const tags = [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '' },
    ];
    expect(readTagResource({ ResourceARN, Tags: tags })).toEqual({ resourceArn: ResourceARN, tags: { a: '1', b: '' } });
    expect(readUntagResource({ ResourceARN, TagKeys: ['a'] })).toEqual({ resourceArn: ResourceARN, keys: ['a'] });
    expect(readListTags({ ResourceARN })).toBe(ResourceARN);
  });

  it.each<[string, () => unknown, string]>([
    ['a request adds none', () => readTagResource({ ResourceARN }), "Value 'null' at 'tags'"],
    ['a request adds them without an ARN', () => readTagResource({ Tags: [] }), "Value 'null' at 'resourceARN'"],
    [
      'a request adds one without a key',
      () => readTagResource({ ResourceARN, Tags: [{ Value: '1' }] }),
      "at 'tags.1.member.key'",
    ],
    ['a request removes none', () => readUntagResource({ ResourceARN }), "Value 'null' at 'tagKeys'"],
    ['a request lists them without an ARN', () => readListTags({}), "Value 'null' at 'resourceARN'"],
  ])('are refused if %s', (_, read, message) => {
    expect(read).toThrow(
      expect.objectContaining({ code: 'InvalidParameterValue', message: expect.stringContaining(message) }),
    );
  });

  it('belong to an alarm of this account', () => {
    expect(alarmNameOf(ResourceARN, PLACE)).toBe('backlog: high');
    const elsewhere = ResourceARN.replace('us-east-1', 'eu-west-1');
    expect(() => alarmNameOf(elsewhere, PLACE)).toThrow(`Could not find a resource with the ARN ${elsewhere}.`);
  });
});
