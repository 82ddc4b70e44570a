import { describe, expect, it } from 'vitest';
import type { Topic } from '../../libs/core/delivery/topic.js';
import type { Catalog } from '../../libs/core/ports/catalog.js';
import { ACTIVITY_RETENTION_MS, type ScalingActivity } from '../../libs/core/scaling/scaling-activity.js';
import { bounds, observation } from '../support/scaling-samples.js';
import { alarmHistoryContract } from './alarm-history.contract.js';
import { auditContract } from './audit.contract.js';

const STARTED_AT = Date.UTC(2026, 0, 1);

/** The contract of every catalog. `open` returns a fresh, empty one. */
export function catalogContract(open: () => Promise<Catalog> | Catalog): void {
  describe('records', () => {
    it('are read back as they were created', async () => {
      const { topics } = await open();
      expect(await topics.create('a', topic('a'))).toBe(true);
      expect(await topics.get('a')).toEqual(topic('a'));
    });

    it('are absent until they are created', async () => {
      const { topics } = await open();
      expect(await topics.get('a')).toBeUndefined();
      expect(await topics.all()).toEqual([]);
    });

    it('are not created if the key is taken', async () => {
      const { topics } = await open();
      await topics.create('a', topic('first'));
      expect(await topics.create('a', topic('second'))).toBe(false);
      expect(await topics.get('a')).toEqual(topic('first'));
    });

    it('are created once by many simultaneous attempts', async () => {
      const { topics } = await open();
      const created = await Promise.all(Array.from({ length: 20 }, (_, n) => topics.create('a', topic(`${n}`))));
      expect(created.filter(Boolean)).toHaveLength(1);
    });

    it('are listed by key', async () => {
      const { topics } = await open();
      for (const key of ['b', 'B', 'c-1', 'a', 'c', 'ä']) await topics.create(key, topic(key));
      expect((await topics.all()).map((record) => record.name)).toEqual(['B', 'a', 'b', 'c', 'c-1', 'ä']);
    });

    it('under a prefix are listed by key', async () => {
      const { topics } = await open();
      const keys = ['e/a/2', 'e/a', 'e/a/10', 'e/ab/1', 'e/a-b/1', 'E/a/1', 'e/a/', 'e/a/é', 'e/a/1', 'e/b/1'];
      for (const key of keys) await topics.create(key, topic(key));
      const under = async (prefix: string): Promise<string[]> => (await topics.under(prefix)).map(({ name }) => name);
      expect(await under('e/a/')).toEqual(['e/a/', 'e/a/1', 'e/a/10', 'e/a/2', 'e/a/é']);
      expect(await under('e/a/1')).toEqual(['e/a/1', 'e/a/10']);
      expect(await under('e/b/1')).toEqual(['e/b/1']);
      expect(await under('e/b/11')).toEqual([]);
      expect(await under('')).toHaveLength(keys.length);
      expect(await under('A')).toEqual([]);
      expect(await under('z')).toEqual([]);
    });

    it('under a prefix follow creations, changes and deletions', async () => {
      const { topics } = await open();
      const under = async (): Promise<string[]> => (await topics.under('a/')).map(({ name }) => name);
      expect(await under()).toEqual([]);
      await topics.create('a/2', topic('two'));
      expect(await under()).toEqual(['two']);
      await topics.create('a/1', topic('one'));
      await topics.create('b/1', topic('another'));
      expect(await under()).toEqual(['one', 'two']);
      await topics.update('a/2', (current) => ({ ...current, name: 'changed' }));
      expect(await under()).toEqual(['one', 'changed']);
      await topics.delete('a/1');
      expect(await under()).toEqual(['changed']);
      await topics.delete('a/2');
      expect(await under()).toEqual([]);
    });

    it('of different kinds do not share keys', async () => {
      const catalog = await open();
      await catalog.topics.create('a', topic('a'));
      expect(await catalog.models.get('a')).toBeUndefined();
      expect(await catalog.models.delete('a')).toBeUndefined();
      expect(await catalog.topics.get('a')).toEqual(topic('a'));
    });

    it('are changed from their current value, and the changed record is returned', async () => {
      const { topics } = await open();
      await topics.create('a', topic('a'));
      const changed = await topics.update('a', (current) => ({ ...current, tags: { owner: 'me' } }));
      expect(changed).toEqual({ ...topic('a'), tags: { owner: 'me' } });
      expect(await topics.get('a')).toEqual(changed);
    });

    it('lose none of many simultaneous changes', async () => {
      const { topics } = await open();
      await topics.create('a', { ...topic('a'), createdAt: 0 });
      await Promise.all(
        Array.from({ length: 50 }, () =>
          topics.update('a', (current) => ({ ...current, createdAt: current.createdAt + 1 })),
        ),
      );
      expect((await topics.get('a'))?.createdAt).toBe(50);
    });

    it('that do not exist cannot be changed', async () => {
      const { topics } = await open();
      expect(await topics.update('a', () => topic('a'))).toBeUndefined();
      expect(await topics.get('a')).toBeUndefined();
    });

    it('stay the same if the change returns its input, or fails', async () => {
      const { topics } = await open();
      await topics.create('a', topic('a'));
      expect(await topics.update('a', (current) => current)).toEqual(topic('a'));
      const failing = topics.update('a', () => {
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await topics.get('a')).toEqual(topic('a'));
    });

    it('are returned once, by their deletion', async () => {
      const { topics } = await open();
      await topics.create('a', topic('a'));
      expect(await topics.delete('a')).toEqual(topic('a'));
      expect(await topics.delete('a')).toBeUndefined();
      expect(await topics.get('a')).toBeUndefined();
      expect(await topics.create('a', topic('again'))).toBe(true);
    });

    it('are not changed by a call that was aborted before it began', async () => {
      const { topics } = await open();
      const aborted = AbortSignal.abort(new Error('stop'));
      await expect(topics.create('a', topic('a'), aborted)).rejects.toThrow('stop');
      expect(await topics.get('a')).toBeUndefined();
    });
  });

  describe('activities', () => {
    it('are listed newest first', async () => {
      const { activities } = await open();
      for (const id of ['1', '2', '3']) await activities.record(activity(id));
      expect(ids(await activities.list({ limit: 10 }))).toEqual(['3', '2', '1']);
    });

    it('are read back in full, and with their end once they have ended', async () => {
      const { activities } = await open();
      await activities.record(activity('1'));
      expect(await activities.list({ limit: 1 })).toEqual([activity('1')]);
      const end = { status: 'Failed', statusMessage: 'no image', endedAt: STARTED_AT + 5 } as const;
      await activities.amend('1', end);
      expect(await activities.list({ limit: 1 })).toEqual([{ ...activity('1'), ...end }]);
    });

    it('are not created by the end of an unknown activity', async () => {
      const { activities } = await open();
      await activities.amend('1', { status: 'Successful' });
      expect(await activities.list({ limit: 1 })).toEqual([]);
    });

    it('change only in the fields of the amendment', async () => {
      const { activities } = await open();
      await activities.record(activity('1', { status: 'Failed', times: 1, statusMessage: 'full' }));
      await activities.record(activity('2'));
      await activities.amend('1', { lastAt: STARTED_AT + 60_000, times: 60 });
      expect(await activities.list({ limit: 2 })).toEqual([
        activity('2'),
        activity('1', { status: 'Failed', statusMessage: 'full', lastAt: STARTED_AT + 60_000, times: 60 }),
      ]);
    });

    it('that changed nothing are listed only on request', async () => {
      const { activities } = await open();
      await activities.record(activity('1'));
      await activities.record(activity('2', { from: 4, to: 4 }));
      await activities.record(activity('3', { from: 2, to: 0 }));
      await activities.record(activity('4', { from: 0, to: 0 }));
      await activities.amend('4', { times: 2 });
      expect(ids(await activities.list({ limit: 10 }))).toEqual(['3', '1']);
      expect(ids(await activities.list({ limit: 10, includeNotScaled: false }))).toEqual(['3', '1']);
      expect(ids(await activities.list({ limit: 10, includeNotScaled: true }))).toEqual(['4', '3', '2', '1']);
      expect(ids(await activities.list({ limit: 2, includeNotScaled: true, before: '4' }))).toEqual(['3', '2']);
    });

    it('are found by endpoint and variant', async () => {
      const { activities } = await open();
      await activities.record(activity('1', { endpointName: 'ocr' }));
      await activities.record(activity('2', { endpointName: 'ocr', variantName: 'other' }));
      await activities.record(activity('3', { endpointName: 'asr' }));
      expect(ids(await activities.list({ endpointName: 'ocr', limit: 10 }))).toEqual(['2', '1']);
      expect(ids(await activities.list({ endpointName: 'ocr', variantName: 'main', limit: 10 }))).toEqual(['1']);
      expect(ids(await activities.list({ endpointName: 'none', limit: 10 }))).toEqual([]);
    });

    it('are read page by page', async () => {
      const { activities } = await open();
      for (const id of ['1', '2', '3', '4', '5']) await activities.record(activity(id));
      expect(ids(await activities.list({ limit: 2 }))).toEqual(['5', '4']);
      expect(ids(await activities.list({ limit: 2, before: '4' }))).toEqual(['3', '2']);
      expect(ids(await activities.list({ limit: 2, before: '2' }))).toEqual(['1']);
    });

    it('are dropped after six weeks', async () => {
      const { activities } = await open();
      await activities.record(activity('1'));
      await activities.record(activity('2', { startedAt: STARTED_AT + 1 }));
      await activities.record(activity('3', { startedAt: STARTED_AT + 1 + ACTIVITY_RETENTION_MS }));
      expect(ids(await activities.list({ limit: 10 }))).toEqual(['3', '2']);
    });
  });

  describe('the history of alarms', () => {
    alarmHistoryContract(open);
  });

  describe('the audit', () => {
    auditContract(open);
  });
}

export function topic(name: string): Topic {
  return { arn: `arn:${name}`, name, attributes: { DisplayName: name }, createdAt: STARTED_AT, tags: {} };
}

export function activity(id: string, differences: Partial<ScalingActivity> = {}): ScalingActivity {
  return {
    id,
    endpointName: 'ocr',
    variantName: 'main',
    from: 0,
    to: 2,
    description: 'Setting desired instance count to 2.',
    cause: 'backlog of 2 (2 queued, 0 running) at 1 per instance needs 2 instances',
    status: 'InProgress',
    startedAt: STARTED_AT,
    observation: observation({
      now: STARTED_AT,
      backlog: { queued: 2, running: 0, oldestAcceptedAt: STARTED_AT - 3 },
      bounds: bounds(0, 4),
    }),
    answers: [{ by: 'promise', wants: 2, because: 'two wait' }],
    notScaledReasons: [],
    ...differences,
  };
}

function ids(activities: readonly ScalingActivity[]): string[] {
  return activities.map(({ id }) => id);
}
