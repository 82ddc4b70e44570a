import type { AccessKey } from '../../libs/core/access/access-key.js';
import { ALARM_HISTORY_RETENTION_MS, type Alarm, type AlarmHistoryItem } from '../../libs/core/alarm/alarm.js';
import { AUDIT_RETENTION_MS, type AuditEntry, MAX_AUDIT_ENTRIES } from '../../libs/core/access/audit.js';
import type { Endpoint } from '../../libs/core/endpoint/endpoint.js';
import type { Leader } from '../../libs/core/leader.js';
import type { Model } from '../../libs/core/model/model.js';
import type { Subscription, Topic } from '../../libs/core/delivery/topic.js';
import type { EndpointConfig } from '../../libs/core/endpoint/endpoint-config.js';
import {
  type Activities,
  type ActivityQuery,
  type AlarmHistory,
  type AlarmHistoryQuery,
  type Audit,
  type AuditQuery,
  Catalog,
  type Records,
} from '../../libs/core/ports/catalog.js';
import {
  ACTIVITY_RETENTION_MS,
  type ActivityOutcome,
  type ScalingActivity,
  isNotScaled,
} from '../../libs/core/scaling/scaling-activity.js';
import type { ScalingPolicy } from '../../libs/core/scaling/scaling-policy.js';
import type { ScheduledAction } from '../../libs/core/scaling/scheduled-action.js';
import type { VariantHistory } from '../../libs/core/learning/variant-history.js';
import type { ScalableTarget } from '../../libs/core/scaling/scalable-target.js';

/** The catalog as a few maps: what the simulation and the protocol tests deploy into. */
export class MemoryCatalog extends Catalog {
  readonly models = new MemoryRecords<Model>();
  readonly endpointConfigs = new MemoryRecords<EndpointConfig>();
  readonly endpoints = new MemoryRecords<Endpoint>();
  readonly scalableTargets = new MemoryRecords<ScalableTarget>();
  readonly topics = new MemoryRecords<Topic>();
  readonly subscriptions = new MemoryRecords<Subscription>();
  readonly activities = new MemoryActivities();
  readonly scalingPolicies = new MemoryRecords<ScalingPolicy>();
  readonly scheduledActions = new MemoryRecords<ScheduledAction>();
  readonly alarms = new MemoryRecords<Alarm>();
  readonly alarmHistory = new MemoryAlarmHistory();
  readonly variantHistories = new MemoryRecords<VariantHistory>();
  readonly leaders = new MemoryRecords<Leader>();
  readonly accessKeys = new MemoryRecords<AccessKey>();
  readonly audit = new MemoryAudit();
}

class MemoryRecords<T> implements Records<T> {
  private readonly records = new Map<string, T>();

  async get(key: string, signal?: AbortSignal): Promise<T | undefined> {
    signal?.throwIfAborted();
    return this.records.get(key);
  }

  async all(signal?: AbortSignal): Promise<T[]> {
    signal?.throwIfAborted();
    return [...this.records.keys()].sort().map((key) => this.records.get(key)!);
  }

  async under(prefix: string, signal?: AbortSignal): Promise<T[]> {
    signal?.throwIfAborted();
    const keys = [...this.records.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.map((key) => this.records.get(key)!);
  }

  async create(key: string, record: T, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    if (this.records.has(key)) return false;
    this.records.set(key, record);
    return true;
  }

  async update(key: string, change: (record: T) => T, signal?: AbortSignal): Promise<T | undefined> {
    signal?.throwIfAborted();
    const current = this.records.get(key);
    if (current === undefined) return undefined;
    const changed = change(current);
    this.records.set(key, changed);
    return changed;
  }

  async delete(key: string, signal?: AbortSignal): Promise<T | undefined> {
    signal?.throwIfAborted();
    const record = this.records.get(key);
    this.records.delete(key);
    return record;
  }
}

class MemoryActivities implements Activities {
  private activities: ScalingActivity[] = [];

  async record(activity: ScalingActivity, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const oldest = activity.startedAt - ACTIVITY_RETENTION_MS;
    this.activities = [...this.activities.filter((kept) => kept.startedAt >= oldest), activity];
  }

  async amend(id: string, outcome: Partial<ActivityOutcome>, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.activities = this.activities.map((activity) => (activity.id === id ? { ...activity, ...outcome } : activity));
  }

  async list(query: ActivityQuery, signal?: AbortSignal): Promise<ScalingActivity[]> {
    signal?.throwIfAborted();
    const { endpointName, variantName, before, includeNotScaled } = query;
    return this.activities
      .filter((activity) => includeNotScaled || !isNotScaled(activity))
      .filter((activity) => endpointName === undefined || activity.endpointName === endpointName)
      .filter((activity) => variantName === undefined || activity.variantName === variantName)
      .filter((activity) => before === undefined || activity.id < before)
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, query.limit);
  }
}

class MemoryAlarmHistory implements AlarmHistory {
  private items: AlarmHistoryItem[] = [];

  async record(item: AlarmHistoryItem, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.items = [...this.items.filter(({ at }) => at >= item.at - ALARM_HISTORY_RETENTION_MS), item];
  }

  async list(query: AlarmHistoryQuery, signal?: AbortSignal): Promise<AlarmHistoryItem[]> {
    signal?.throwIfAborted();
    const { alarmName, type, from = -Infinity, to = Infinity, after, oldestFirst, limit } = query;
    const direction = oldestFirst ? 1 : -1;
    return this.items
      .filter((item) => alarmName === undefined || item.alarmName === alarmName)
      .filter((item) => type === undefined || item.type === type)
      .filter(({ at }) => at >= from && at < to)
      .filter(({ id }) => after === undefined || (id > after ? 1 : -1) === direction)
      .filter(({ id }) => id !== after)
      .sort((a, b) => (a.id < b.id ? -direction : direction))
      .slice(0, limit);
  }
}

class MemoryAudit implements Audit {
  private entries: AuditEntry[] = [];

  async append(entry: AuditEntry, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.entries.push(entry);
    const oldest = entry.at - AUDIT_RETENTION_MS;
    this.entries = this.entries.filter(({ at }) => at >= oldest).slice(-MAX_AUDIT_ENTRIES);
  }

  async answered(id: string, status: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.entries = this.entries.map((entry) => (entry.id === id ? { ...entry, status } : entry));
  }

  async list({ keyId, before, limit }: AuditQuery, signal?: AbortSignal): Promise<AuditEntry[]> {
    signal?.throwIfAborted();
    return this.entries
      .filter((entry) => keyId === undefined || entry.keyId === keyId)
      .filter(({ id }) => before === undefined || id < before)
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, limit);
  }
}
