import type { Endpoint, EndpointConfig } from '../../libs/core/endpoint.js';
import type { Model } from '../../libs/core/model.js';
import type { Subscription, Topic } from '../../libs/core/notification.js';
import { type Activities, Catalog, type Records } from '../../libs/core/ports/catalog.js';
import { ACTIVITY_RETENTION_MS, type ScalingActivity } from '../../libs/core/scaling-activity.js';
import type { ScalableTarget } from '../../libs/core/scaling-policy.js';

/** The catalog as a few maps: what the simulation and the protocol tests deploy into. */
export class MemoryCatalog extends Catalog {
  readonly models = new MemoryRecords<Model>();
  readonly endpointConfigs = new MemoryRecords<EndpointConfig>();
  readonly endpoints = new MemoryRecords<Endpoint>();
  readonly scalableTargets = new MemoryRecords<ScalableTarget>();
  readonly topics = new MemoryRecords<Topic>();
  readonly subscriptions = new MemoryRecords<Subscription>();
  readonly activities = new MemoryActivities();
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

  async end(
    id: string,
    end: Pick<ScalingActivity, 'status' | 'statusMessage' | 'endedAt'>,
    signal?: AbortSignal,
  ): Promise<void> {
    signal?.throwIfAborted();
    const { status, statusMessage, endedAt } = end;
    this.activities = this.activities.map((activity) =>
      activity.id === id ? { ...activity, status, statusMessage, endedAt } : activity,
    );
  }

  async list(
    query: { endpointName?: string; variantName?: string; before?: string; limit: number },
    signal?: AbortSignal,
  ): Promise<ScalingActivity[]> {
    signal?.throwIfAborted();
    const { endpointName, variantName, before } = query;
    return this.activities
      .filter((activity) => endpointName === undefined || activity.endpointName === endpointName)
      .filter((activity) => variantName === undefined || activity.variantName === variantName)
      .filter((activity) => before === undefined || activity.id < before)
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, query.limit);
  }
}
