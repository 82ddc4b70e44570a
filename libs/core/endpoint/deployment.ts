import type { DeployedVariant } from './variant.js';
import type { KeptMembers } from '../tags.js';
import type { AsyncInferenceConfig } from './endpoint-config.js';

/** A part of a variant's capacity: a number of instances, or a percentage of them. */
export interface CapacitySize {
  readonly unit: 'INSTANCE_COUNT' | 'CAPACITY_PERCENT';
  readonly value: number;
}

/**
 * The way traffic moves to the new fleet, when all of it is in service: at once; a canary first and then the rest; or
 * in equal steps. After each step there is a wait in which alarms may stop the update.
 */
export type TrafficRouting =
  | { readonly kind: 'ALL_AT_ONCE'; readonly waitMs: number }
  | { readonly kind: 'CANARY'; readonly waitMs: number; readonly canarySize: CapacitySize }
  | { readonly kind: 'LINEAR'; readonly waitMs: number; readonly stepSize: CapacitySize };

/** An update that launches a whole new fleet beside the old one (`BlueGreenUpdatePolicy`). */
export interface BlueGreenUpdate {
  readonly kind: 'blue-green';
  readonly routing: TrafficRouting;
  /** How long the old fleet is kept after all traffic has moved, so that the update can still be rolled back. */
  readonly terminationWaitMs: number;
  readonly maxExecutionMs?: number;
}

/** An update that replaces old instances by new ones, batch by batch (`RollingUpdatePolicy`). */
export interface RollingUpdate {
  readonly kind: 'rolling';
  readonly maximumBatchSize: CapacitySize;
  readonly waitMs: number;
  readonly maxExecutionMs?: number;
  /** The batch size of a rollback; absent means all at once. */
  readonly rollbackMaximumBatchSize?: CapacitySize;
}

/** The way an update is rolled out (`DeploymentConfig`). */
export interface DeploymentConfig {
  readonly update: BlueGreenUpdate | RollingUpdate;
  /** The names of alarms; any of them in ALARM rolls the update back. */
  readonly rollbackAlarms: readonly string[];
}

/** SageMaker's behaviour without a DeploymentConfig: all traffic moves at once, when the new fleet is in service. */
export const DEFAULT_DEPLOYMENT_CONFIG: DeploymentConfig = {
  update: { kind: 'blue-green', routing: { kind: 'ALL_AT_ONCE', waitMs: 0 }, terminationWaitMs: 0 },
  rollbackAlarms: [],
};

/**
 * The stage of an update. `Launching`: new instances are started, and traffic stays where it is. `Baking`: traffic has
 * moved a step, and alarms are watched before the next. `RollingBack`: the old instances have the traffic again, and
 * those that are already gone are started anew.
 */
export type DeploymentStage = 'Launching' | 'Baking' | 'RollingBack';

/**
 * The new side of an endpoint that is being updated. The endpoint's own variants are the old side until the update is
 * over.
 */
export interface Deployment {
  /** The deployment id of its variants' instances. */
  readonly id: string;
  readonly configName: string;
  readonly variants: readonly DeployedVariant[];
  readonly asyncInference?: AsyncInferenceConfig;
  /** The kept members of that config. */
  readonly kept?: KeptMembers;
  readonly config: DeploymentConfig;
  readonly startedAt: number;
  readonly stage: DeploymentStage;
  readonly stageSince: number;
  /** How many steps of traffic, or batches, are done. During a rollback: how many batches of old instances had gone. */
  readonly step: number;
  /** The share of the leases that its instances may take, 0 to 1. */
  readonly traffic: number;
  /** The instance counts of its stage; absent until they are ordered for the first time. */
  readonly targets?: RollOutTargets;
  /** Why the update is being rolled back, in words for users. */
  readonly failureReason?: string;
}

/** The instance counts that the variants on both sides of an update must have now, by variant name. */
export interface RollOutTargets {
  readonly serving: Readonly<Record<string, number>>;
  readonly rollingOut: Readonly<Record<string, number>>;
}
