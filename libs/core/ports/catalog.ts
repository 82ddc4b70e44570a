import type { AccessKey } from '../access/access-key.js';
import type { Alarm, AlarmHistoryItem } from '../alarm/alarm.js';
import type { AuditEntry } from '../access/audit.js';
import type { Endpoint } from '../endpoint/endpoint.js';
import type { Leader } from '../leader.js';
import type { Model } from '../model/model.js';
import type { Subscription, Topic } from '../delivery/topic.js';
import type { EndpointConfig } from '../endpoint/endpoint-config.js';
import type { ActivityOutcome, ScalingActivity } from '../scaling/scaling-activity.js';
import type { ScalableTarget } from '../scaling/scalable-target.js';
import type { ScalingPolicy } from '../scaling/scaling-policy.js';
import type { ScheduledAction } from '../scaling/scheduled-action.js';
import type { VariantHistory } from '../learning/variant-history.js';

/** Records of one kind, each with a key. Every change is durable when its promise resolves. */
export interface Records<T> {
  get(key: string, signal?: AbortSignal): Promise<T | undefined>;
  /** Every record, by key. */
  all(signal?: AbortSignal): Promise<T[]>;
  /** The records whose key begins with `prefix`, by key, at a cost that does not grow with the others. */
  under(prefix: string, signal?: AbortSignal): Promise<T[]>;
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
  /** Changes what became of an activity; nothing where it is not on record. */
  amend(id: string, outcome: Partial<ActivityOutcome>, signal?: AbortSignal): Promise<void>;
  list(query: ActivityQuery, signal?: AbortSignal): Promise<ScalingActivity[]>;
}

export interface ActivityQuery {
  readonly endpointName?: string;
  readonly variantName?: string;
  /** The id of the last activity of the page before. */
  readonly before?: string;
  /** Those that changed nothing are left out unless asked for. */
  readonly includeNotScaled?: boolean;
  readonly limit: number;
}

/** What happened to alarms; recording forgets what is older than `ALARM_HISTORY_RETENTION_MS`. */
export interface AlarmHistory {
  record(item: AlarmHistoryItem, signal?: AbortSignal): Promise<void>;
  list(query: AlarmHistoryQuery, signal?: AbortSignal): Promise<AlarmHistoryItem[]>;
}

export interface AlarmHistoryQuery {
  readonly alarmName?: string;
  readonly type?: AlarmHistoryItem['type'];
  /** From `from` and before `to`. */
  readonly from?: number;
  readonly to?: number;
  /** The id of the last item of the page before. */
  readonly after?: string;
  readonly oldestFirst?: boolean;
  readonly limit: number;
}

/**
 * What operators did; appending forgets what is older than `AUDIT_RETENTION_MS`, and the oldest beyond
 * `MAX_AUDIT_ENTRIES`.
 */
export interface Audit {
  append(entry: AuditEntry, signal?: AbortSignal): Promise<void>;
  /** Records how an action was answered; nothing where it is not on record. */
  answered(id: string, status: number, signal?: AbortSignal): Promise<void>;
  /** Newest first. */
  list(query: AuditQuery, signal?: AbortSignal): Promise<AuditEntry[]>;
}

export interface AuditQuery {
  readonly keyId?: string;
  /** The id of the last entry of the page before. */
  readonly before?: string;
  readonly limit: number;
}

/** What has been deployed, how it may scale, and who may do what with it. */
export abstract class Catalog {
  /** By `modelKey`. */
  abstract readonly models: Records<Model>;
  /** By `endpointConfigKey`. */
  abstract readonly endpointConfigs: Records<EndpointConfig>;
  /** By `endpointKey`. */
  abstract readonly endpoints: Records<Endpoint>;
  /** By `scalableTargetKey`. */
  abstract readonly scalableTargets: Records<ScalableTarget>;
  /** By ARN. */
  abstract readonly topics: Records<Topic>;
  /** By ARN. */
  abstract readonly subscriptions: Records<Subscription>;
  abstract readonly activities: Activities;
  /** By `scalingPolicyKey`. */
  abstract readonly scalingPolicies: Records<ScalingPolicy>;
  /** By `scheduledActionKey`. */
  abstract readonly scheduledActions: Records<ScheduledAction>;
  /** By name. */
  abstract readonly alarms: Records<Alarm>;
  abstract readonly alarmHistory: AlarmHistory;
  /** What has been learnt of each variant, by `scalableTargetKey`. */
  abstract readonly variantHistories: Records<VariantHistory>;
  /** Who does what only one may do, by the name of the duty. */
  abstract readonly leaders: Records<Leader>;
  /** By id. */
  abstract readonly accessKeys: Records<AccessKey>;
  abstract readonly audit: Audit;
}
