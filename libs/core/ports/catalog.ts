import type { Endpoint, EndpointConfig } from '../endpoint.js';
import type { Model } from '../model.js';
import type { Subscription, Topic } from '../notification.js';
import type { ScalingActivity } from '../scaling-activity.js';
import type { ScalableTarget } from '../scaling-policy.js';

/** Records of one kind, each with a key. Every change is durable when its promise resolves. */
export interface Records<T> {
  get(key: string, signal?: AbortSignal): Promise<T | undefined>;
  /** Every record, by key. */
  all(signal?: AbortSignal): Promise<T[]>;
  /** False, and nothing done, where the key is taken. */
  create(key: string, record: T, signal?: AbortSignal): Promise<boolean>;
  /**
   * Applies `change` to the record as it is, with no other change in between; returns the new one, if there is one. A
   * change that returns what it was given changes nothing.
   */
  update(key: string, change: (record: T) => T, signal?: AbortSignal): Promise<T | undefined>;
  /** Returns what was deleted. */
  delete(key: string, signal?: AbortSignal): Promise<T | undefined>;
}

/**
 * Scaling activities: written once, ended once, read newest first. Recording one forgets those that started more than
 * `ACTIVITY_RETENTION_MS` before it.
 */
export interface Activities {
  record(activity: ScalingActivity, signal?: AbortSignal): Promise<void>;
  end(
    id: string,
    end: Pick<ScalingActivity, 'status' | 'statusMessage' | 'endedAt'>,
    signal?: AbortSignal,
  ): Promise<void>;
  /** `before` is the id of the last activity of the page before. */
  list(
    query: { endpointName?: string; variantName?: string; before?: string; limit: number },
    signal?: AbortSignal,
  ): Promise<ScalingActivity[]>;
}

/** What has been deployed and how it may scale. */
export abstract class Catalog {
  abstract readonly models: Records<Model>;
  abstract readonly endpointConfigs: Records<EndpointConfig>;
  /** By caseless name: endpoint names are unique without regard to case. */
  abstract readonly endpoints: Records<Endpoint>;
  /** By `scalableTargetKey`. */
  abstract readonly scalableTargets: Records<ScalableTarget>;
  /** By ARN. */
  abstract readonly topics: Records<Topic>;
  /** By ARN. */
  abstract readonly subscriptions: Records<Subscription>;
  abstract readonly activities: Activities;
}
