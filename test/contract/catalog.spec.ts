import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccessKey } from '../../libs/core/access/access-key.js';
import type { Alarm } from '../../libs/core/alarm/alarm.js';
import type { ScheduledAction } from '../../libs/core/scaling/scheduled-action.js';
import { EMPTY_HISTORY } from '../../libs/core/learning/variant-history.js';
import { SqliteCatalog } from '../../libs/drivers/catalog/sqlite.js';
import { MemoryCatalog } from '../support/memory-catalog.js';
import { highAlarm, trackingPolicy } from '../support/policy-samples.js';
import { historyItem } from './alarm-history.contract.js';
import { auditEntry } from './audit.contract.js';
import { activity, catalogContract, topic } from './catalog.contract.js';

describe('the memory catalog', () => {
  catalogContract(() => new MemoryCatalog());
});

describe('the SQLite catalog', () => {
  let directory: string;
  let opened: SqliteCatalog[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ebb-catalog-'));
    opened = [];
  });

  afterEach(() => {
    for (const catalog of opened) catalog.close();
    rmSync(directory, { recursive: true });
  });

  const open = (): SqliteCatalog => {
    const catalog = SqliteCatalog.open(directory);
    opened.push(catalog);
    return catalog;
  };

  catalogContract(open);

  it('keeps everything when it is closed and opened again', async () => {
    const before = open();
    await before.topics.create('a', topic('a'));
    await before.topics.create('b', topic('b'));
    await before.topics.update('b', (current) => ({ ...current, name: 'changed' }));
    await before.topics.create('c', topic('c'));
    await before.topics.delete('c');
    await before.activities.record(activity('1'));
    before.close();

    const after = open();
    expect(await after.topics.all()).toEqual([topic('a'), { ...topic('b'), name: 'changed' }]);
    expect(await after.activities.list({ limit: 10 })).toEqual([activity('1')]);
  });

  it('keeps every kind of scaling record when it is opened again', async () => {
    const before = open();
    const policy = trackingPolicy();
    const alarm = { ...highAlarm(1), name: 'high', tags: {} } as unknown as Alarm;
    const action = { id: 'a', name: 'night', doneUntil: 7 } as ScheduledAction;
    const key = { id: 'k', name: 'ci', role: 'submit' } as AccessKey;
    const leader = { holder: 'me', term: 3, until: 9 };
    await before.scalingPolicies.create('p', policy);
    await before.alarms.create('high', alarm);
    await before.scheduledActions.create('a', action);
    await before.variantHistories.create('v', EMPTY_HISTORY);
    await before.leaders.create('scaling', leader);
    await before.activities.record(activity('1', { from: 2, to: 2 }));
    await before.activities.amend('1', { times: 5 });
    await before.alarmHistory.record(historyItem('1'));
    await before.accessKeys.create('k', key);
    await before.audit.append(auditEntry('1'));
    await before.audit.answered('1', 200);
    before.close();

    const after = open();
    expect(await after.scalingPolicies.all()).toEqual([policy]);
    expect(await after.alarms.all()).toEqual([alarm]);
    expect(await after.scheduledActions.under('a')).toEqual([action]);
    expect(await after.variantHistories.get('v')).toEqual(EMPTY_HISTORY);
    expect(await after.leaders.get('scaling')).toEqual(leader);
    expect(await after.activities.list({ limit: 10 })).toEqual([]);
    expect(await after.activities.list({ limit: 10, includeNotScaled: true })).toMatchObject([{ id: '1', times: 5 }]);
    expect(await after.alarmHistory.list({ limit: 10 })).toEqual([historyItem('1')]);
    expect(await after.accessKeys.all()).toEqual([key]);
    expect(await after.audit.list({ limit: 10 })).toEqual([auditEntry('1', { status: 200 })]);
  });

  it('belongs to one process at a time and says so', () => {
    open();
    expect(() => SqliteCatalog.open(directory)).toThrow(/in use by another Ebb process/);
  });

  it('refuses to write once it is closed, and shows nothing unwritten', async () => {
    const catalog = open();
    catalog.close();
    await expect(catalog.topics.create('a', topic('a'))).rejects.toMatchObject({ code: 'Unavailable' });
    expect(await catalog.topics.get('a')).toBeUndefined();
  });

  it('does not change a file that a newer version wrote', () => {
    open().close();
    const database = new Database(join(directory, 'catalog.sqlite'));
    database.pragma('user_version = 99');
    database.close();
    expect(() => SqliteCatalog.open(directory)).toThrow(/newer version of Ebb/);
  });
});
