import {
  ListTagsForResourceCommand,
  RegisterScalableTargetCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { afterEach, beforeEach, expect, describe, it } from 'vitest';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import { createEndpoint } from '../support/deploy.js';
import { registerEndpoint, variantOf } from '../support/scaling-requests.js';

let host: ControlHost;
let arn: string;
beforeEach(async () => {
  host = await openControlHost();
  arn = await registerEndpoint(host, 'OCR');
});
afterEach(() => host.close());

const tag = (given: Record<string, string>, ResourceARN = arn) =>
  host.scaling.send(new TagResourceCommand({ ResourceARN, Tags: given }));

async function tags(ResourceARN = arn): Promise<Record<string, string>> {
  return (await host.scaling.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags!;
}

function register(name: string, given: Record<string, string>) {
  const bounds = { MinCapacity: 0, MaxCapacity: 1 };
  return host.scaling.send(new RegisterScalableTargetCommand({ ...variantOf(name), ...bounds, Tags: given }));
}

const manyTags = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));

describe('the tags of a scalable target', () => {
  it('are added, replaced, listed and removed', async () => {
    expect(await tags()).toEqual({});
    await tag({ team: 'a', Team: 'b', __proto: '' });
    await tag({ team: 'c' });
    expect(await tags()).toEqual({ team: 'c', Team: 'b', __proto: '' });
    await host.scaling.send(new UntagResourceCommand({ ResourceARN: arn, TagKeys: ['team', 'none'] }));
    expect(await tags()).toEqual({ Team: 'b', __proto: '' });
  });

  it('can be set by its first registration, and are not changed by later ones', async () => {
    await createEndpoint(host, 'ASR');
    const { ScalableTargetARN } = await register('ASR', { team: 'a' });
    await register('ASR', { team: 'b' });
    expect(await tags(ScalableTargetARN)).toEqual({ team: 'a' });
  });

  it('are at most fifty', async () => {
    await tag(manyTags(50));
    await expect(tag({ more: 'v' })).rejects.toMatchObject({ name: 'TooManyTagsException' });
    expect(Object.keys(await tags())).toHaveLength(50);
    await tag({ k7: 'w' });
    expect(await tags()).toMatchObject({ k7: 'w' });
    await createEndpoint(host, 'ASR');
    await expect(register('ASR', manyTags(51))).rejects.toMatchObject({ name: 'TooManyTagsException' });
  });

  it.each([
    ['AWS keeps for itself', { 'aws:x': 'v' }, 'keys that begin with aws: are reserved'],
    ['are too long', { ['x'.repeat(129)]: 'v' }, 'Member must have length less than or equal to 128'],
    ['hold too much', { x: 'v'.repeat(257) }, 'Member must have length less than or equal to 256'],
  ])('are not those that %s', async (_, wrong, message) => {
    const refusal = { name: 'ValidationException', message: expect.stringContaining(message) as string };
    await expect(tag(wrong)).rejects.toMatchObject(refusal);
    expect(await tags()).toEqual({});
    await createEndpoint(host, 'ASR');
    await expect(register('ASR', wrong)).rejects.toMatchObject(refusal);
  });

  it('require an existing target', async () => {
    const none = arn.replace(/[0-9a-f]+$/, 'abc');
    const refusal = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 400 } };
    await expect(tags(none)).rejects.toMatchObject(refusal);
    await expect(tag({ a: 'b' }, none)).rejects.toMatchObject(refusal);
    const untag = new UntagResourceCommand({ ResourceARN: none, TagKeys: ['a'] });
    await expect(host.scaling.send(untag)).rejects.toMatchObject(refusal);
    await expect(tags('arn:aws:sns:us-east-1:1:t')).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
