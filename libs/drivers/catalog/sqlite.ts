import type Database from 'better-sqlite3';
import type { AccessKey } from '../../core/access/access-key.js';
import type { Alarm } from '../../core/alarm/alarm.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import type { Leader } from '../../core/leader.js';
import type { Model } from '../../core/model/model.js';
import type { Subscription, Topic } from '../../core/delivery/topic.js';
import type { EndpointConfig } from '../../core/endpoint/endpoint-config.js';
import { Catalog, type Records } from '../../core/ports/catalog.js';
import type { ScalableTarget } from '../../core/scaling/scalable-target.js';
import type { ScalingPolicy } from '../../core/scaling/scaling-policy.js';
import type { ScheduledAction } from '../../core/scaling/scheduled-action.js';
import type { VariantHistory } from '../../core/learning/variant-history.js';
import { SqliteActivities } from './sqlite/sqlite-activities.js';
import { SqliteAlarmHistory } from './sqlite/sqlite-alarm-history.js';
import { SqliteAudit } from './sqlite/sqlite-audit.js';
import { openCatalogDatabase } from './sqlite/sqlite-database.js';
import { SqliteRecords } from './sqlite/sqlite-records.js';

/** The catalog in its own file, `catalog.sqlite`, which this process owns until `close`. */
export class SqliteCatalog extends Catalog {
  readonly models: Records<Model>;
  readonly endpointConfigs: Records<EndpointConfig>;
  readonly endpoints: Records<Endpoint>;
  readonly scalableTargets: Records<ScalableTarget>;
  readonly topics: Records<Topic>;
  readonly subscriptions: Records<Subscription>;
  readonly activities: SqliteActivities;
  readonly scalingPolicies: Records<ScalingPolicy>;
  readonly scheduledActions: Records<ScheduledAction>;
  readonly alarms: Records<Alarm>;
  readonly alarmHistory: SqliteAlarmHistory;
  readonly variantHistories: Records<VariantHistory>;
  readonly leaders: Records<Leader>;
  readonly accessKeys: Records<AccessKey>;
  readonly audit: SqliteAudit;

  private constructor(private readonly database: Database.Database) {
    super();
    this.models = new SqliteRecords(database, 'model');
    this.endpointConfigs = new SqliteRecords(database, 'endpoint-config');
    this.endpoints = new SqliteRecords(database, 'endpoint');
    this.scalableTargets = new SqliteRecords(database, 'scalable-target');
    this.topics = new SqliteRecords(database, 'topic');
    this.subscriptions = new SqliteRecords(database, 'subscription');
    this.activities = new SqliteActivities(database);
    this.scalingPolicies = new SqliteRecords(database, 'scaling-policy');
    this.scheduledActions = new SqliteRecords(database, 'scheduled-action');
    this.alarms = new SqliteRecords(database, 'alarm');
    this.alarmHistory = new SqliteAlarmHistory(database);
    this.variantHistories = new SqliteRecords(database, 'variant-history');
    this.leaders = new SqliteRecords(database, 'leader');
    this.accessKeys = new SqliteRecords(database, 'access-key');
    this.audit = new SqliteAudit(database);
  }

  /** Opens or creates the catalog in a data directory, or in `:memory:`. Raises `Unavailable` if that fails. */
  static open(dataDirectory: string): SqliteCatalog {
    return new SqliteCatalog(openCatalogDatabase(dataDirectory));
  }

  /** Closes the file. Later writes raise `Unavailable`. */
  close(): void {
    this.database.close();
  }
}
