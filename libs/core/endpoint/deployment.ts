import type { DeployedVariant } from './variant.js';
import type { KeptMembers } from '../tags.js';
import type { AsyncInferenceConfig } from './endpoint-config.js';

/** A part of a variant's capacity: so many instances, or so many per cent of them. */
export interface CapacitySize {
  readonly unit: 'INSTANCE_COUNT' | 'CAPACITY_PERCENT';
  readonly value: number;
}

/**
 * How traffic moves to the new fleet, once it stands: at once; a canary first and then the rest; or in equal steps, with a
 * wait after each step in which alarms may call it off.
 */
export type TrafficRouting =
  | { readonly kind: 'ALL_AT_ONCE'; readonly waitMs: number }
  | { readonly kind: 'CANARY'; readonly waitMs: number; readonly canarySize: CapacitySize }
  | { readonly kind: 'LINEAR'; readonly waitMs: number; readonly stepSize: CapacitySize };

/** A whole new fleet beside the old one (`BlueGreenUpdatePolicy`). */
export interface BlueGreenUpdate {
  readonly kind: 'blue-green';
  readonly routing: TrafficRouting;
  /** How long the old fleet is kept when all traffic has moved, to go back to it. */
  readonly terminationWaitMs: number;
  readonly maxExecutionMs?: number;
}

/** New instances for old ones, batch by batch (`RollingUpdatePolicy`). */
export interface RollingUpdate {
  readonly kind: 'rolling';
  readonly maximumBatchSize: CapacitySize;
  readonly waitMs: number;
  readonly maxExecutionMs?: number;
  /** Of the way back; all at once unless told. */
  readonly rollbackMaximumBatchSize?: CapacitySize;
}

/** How an update is rolled out (`DeploymentConfig`). */
export interface DeploymentConfig {
  readonly update: BlueGreenUpdate | RollingUpdate;
  /** The names of alarms any of which, in ALARM, rolls the update back. */
  readonly rollbackAlarms: readonly string[];
}

/** As SageMaker does without a DeploymentConfig: all traffic at once, when the new fleet stands. */
export const DEFAULT_DEPLOYMENT_CONFIG: DeploymentConfig = {
  update: { kind: 'blue-green', routing: { kind: 'ALL_AT_ONCE', waitMs: 0 }, terminationWaitMs: 0 },
  rollbackAlarms: [],
};

/**
 * What an update has come to. `Launching`: new instances are started, and traffic stays where it is. `Baking`: traffic has
 * moved a step, and alarms are watched before the next. `RollingBack`: traffic is with the old instances again, and those
 * that are gone already are started anew.
 */
export type DeploymentStage = 'Launching' | 'Baking' | 'RollingBack';

/** The new side of an endpoint that is being updated; the endpoint's own variants are the old one until it is over. */
export interface Deployment {
  /** That of its variants' instances. */
  readonly id: string;
  readonly configName: string;
  readonly variants: readonly DeployedVariant[];
  readonly asyncInference?: AsyncInferenceConfig;
  /** Of the config of that name. */
  readonly kept?: KeptMembers;
  readonly config: DeploymentConfig;
  readonly startedAt: number;
  readonly stage: DeploymentStage;
  readonly stageSince: number;
  /** How many steps of its traffic, or batches, are done; on the way back, how many batches of old instances had gone. */
  readonly step: number;
  /** The share of the leases that its instances may take, 0 to 1. */
  readonly traffic: number;
  /** The counts that its stage stands for; absent until they are ordered for the first time. */
  readonly targets?: RollOutTargets;
  /** Why it is being rolled back, in words for users. */
  readonly failureReason?: string;
}

/** How many instances each variant of both sides of an update is to have now, by its name. */
export interface RollOutTargets {
  readonly serving: Readonly<Record<string, number>>;
  readonly rollingOut: Readonly<Record<string, number>>;
}
