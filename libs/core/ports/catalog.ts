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

/** The records of one kind, each under a key. Every change is durable when its promise resolves. */
export interface Records<T> {
  get(key: string, signal?: AbortSignal): Promise<T | undefined>;
  /** Returns every record, sorted by key. */
  all(signal?: AbortSignal): Promise<T[]>;
  /**
   * Returns the records whose key begins with `prefix`, sorted by key, at a cost that does not grow with the other
   * records.
   */
  under(prefix: string, signal?: AbortSignal): Promise<T[]>;
  /** Returns false, and does nothing, if the key is taken. */
  create(key: string, record: T, signal?: AbortSignal): Promise<boolean>;
  /**
   * Applies `change` to the current record, with no other change in between, and returns the new record, if there is
   * one. A change that returns the record that it was given changes nothing.
   */
  update(key: string, change: (record: T) => T, signal?: AbortSignal): Promise<T | undefined>;
  /** Returns the deleted record. */
  delete(key: string, signal?: AbortSignal): Promise<T | undefined>;
}

/**
 * Scaling activities: recorded once, ended once, listed newest first. Recording one forgets activities that started
 * more than `ACTIVITY_RETENTION_MS` before it.
 */
export interface Activities {
  record(activity: ScalingActivity, signal?: AbortSignal): Promise<void>;
  /** Changes the outcome of an activity; does nothing if it is not on record. */
  amend(id: string, outcome: Partial<ActivityOutcome>, signal?: AbortSignal): Promise<void>;
  list(query: ActivityQuery, signal?: AbortSignal): Promise<ScalingActivity[]>;
}

/** A query for scaling activities, one page at a time. */
export interface ActivityQuery {
  readonly endpointName?: string;
  readonly variantName?: string;
  /** The id of the last activity on the page before. */
  readonly before?: string;
  /** Includes activities that changed nothing; they are left out by default. */
  readonly includeNotScaled?: boolean;
  readonly limit: number;
}

/** The history of alarms. Recording an item forgets items older than `ALARM_HISTORY_RETENTION_MS`. */
export interface AlarmHistory {
  record(item: AlarmHistoryItem, signal?: AbortSignal): Promise<void>;
  list(query: AlarmHistoryQuery, signal?: AbortSignal): Promise<AlarmHistoryItem[]>;
}

/** A query for the history of alarms, one page at a time. */
export interface AlarmHistoryQuery {
  readonly alarmName?: string;
  readonly type?: AlarmHistoryItem['type'];
  /** From `from` on, and before `to`. */
  readonly from?: number;
  readonly to?: number;
  /** The id of the last item on the page before. */
  readonly after?: string;
  readonly oldestFirst?: boolean;
  readonly limit: number;
}

/**
 * The audit of operators' actions. Appending an entry forgets entries older than `AUDIT_RETENTION_MS`, and the oldest
 * beyond `MAX_AUDIT_ENTRIES`.
 */
export interface Audit {
  append(entry: AuditEntry, signal?: AbortSignal): Promise<void>;
  /** Records how an action was answered; does nothing if the action is not on record. */
  answered(id: string, status: number, signal?: AbortSignal): Promise<void>;
  /** Returns entries, the newest first. */
  list(query: AuditQuery, signal?: AbortSignal): Promise<AuditEntry[]>;
}

/** A query for audit entries, one page at a time. */
export interface AuditQuery {
  readonly keyId?: string;
  /** The id of the last entry on the page before. */
  readonly before?: string;
  readonly limit: number;
}

/** The records of deployed resources, of how they scale, and of access to them. */
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
  /** The learnt history of each variant, by `scalableTargetKey`. */
  abstract readonly variantHistories: Records<VariantHistory>;
  /** The holder of each duty that only one process may have, by the name of the duty. */
  abstract readonly leaders: Records<Leader>;
  /** By id. */
  abstract readonly accessKeys: Records<AccessKey>;
  abstract readonly audit: Audit;
}
