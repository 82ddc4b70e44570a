import type {
  BlueGreenUpdate,
  CapacitySize,
  DeploymentConfig,
  RollingUpdate,
  TrafficRouting,
} from '../../core/endpoint/deployment.js';
import { DEFAULT_DEPLOYMENT_CONFIG } from '../../core/endpoint/deployment.js';
import type { NumberRule } from '../aws/constraints.js';
import type { Members } from '../aws/members.js';
import { matching } from './rules.js';

const WAIT_SECONDS = { min: 0, max: 3600 } as const;
const EXECUTION_SECONDS = { min: 600, max: 28_800 } as const;
const ROLLBACK_ALARMS = { min: 1, max: 10 } as const;
const ALARM_NAME = matching('(?!\\s*$).+', { min: 1, max: 255 });

/** The bounds of sizes in per cent of a variant's capacity. */
const CANARY_PERCENT = { max: 50 } as const;
const LINEAR_PERCENT = { min: 10, max: 50 } as const;
const BATCH_PERCENT = { min: 5, max: 50 } as const;
const ROLLBACK_PERCENT = { max: 100 } as const;

/**
 * Reads `DeploymentConfig`. Sizes in per cent are checked here. Sizes in instances are not, because only the update
 * knows the capacity.
 */
export function readDeploymentConfig(config: Members): DeploymentConfig {
  const blueGreen = config.structure('BlueGreenUpdatePolicy');
  const rolling = config.structure('RollingUpdatePolicy');
  if (blueGreen && rolling) {
    config.violate('RollingUpdatePolicy', 'Member must be null where BlueGreenUpdatePolicy is given');
  }
  const rollback = config.structure('AutoRollbackConfiguration');
  return {
    update:
      (blueGreen && readBlueGreen(blueGreen)) ?? (rolling && readRolling(rolling)) ?? DEFAULT_DEPLOYMENT_CONFIG.update,
    rollbackAlarms: readAlarms(rollback),
  };
}

function readAlarms(rollback: Members | undefined): string[] {
  return (
    rollback?.structures('Alarms', ROLLBACK_ALARMS).map((alarm) => alarm.requiredText('AlarmName', ALARM_NAME)) ?? []
  );
}

function readBlueGreen(policy: Members): BlueGreenUpdate {
  const routing = readRouting(policy.requiredStructure('TrafficRoutingConfiguration'));
  const terminationWaitMs = readMs(policy, 'TerminationWaitInSeconds', WAIT_SECONDS) ?? 0;
  const maxExecutionMs = readMs(policy, 'MaximumExecutionTimeoutInSeconds', EXECUTION_SECONDS);
  if (maxExecutionMs !== undefined && maxExecutionMs <= routing.waitMs + terminationWaitMs) {
    policy.violate(
      'MaximumExecutionTimeoutInSeconds',
      'Member must have value greater than the sum of WaitIntervalInSeconds and TerminationWaitInSeconds',
    );
  }
  return { kind: 'blue-green', routing, terminationWaitMs, maxExecutionMs };
}

function readRouting(routing: Members): TrafficRouting {
  const kind = routing.requiredText('Type', { oneOf: ['ALL_AT_ONCE', 'CANARY', 'LINEAR'] });
  const waitMs = routing.requiredInteger('WaitIntervalInSeconds', WAIT_SECONDS) * 1000;
  if (kind !== 'CANARY') refuseSize(routing, 'CanarySize', kind);
  if (kind !== 'LINEAR') refuseSize(routing, 'LinearStepSize', kind);
  switch (kind) {
    case 'CANARY':
      return { kind, waitMs, canarySize: readSize(routing.requiredStructure('CanarySize'), CANARY_PERCENT) };
    case 'LINEAR':
      return { kind, waitMs, stepSize: readSize(routing.requiredStructure('LinearStepSize'), LINEAR_PERCENT) };
    default:
      return { kind: 'ALL_AT_ONCE', waitMs };
  }
}

function refuseSize(routing: Members, name: string, kind: string): void {
  if (routing.has(name)) routing.violate(name, `Member must be null where Type is ${kind}`);
}

function readRolling(policy: Members): RollingUpdate {
  const rollback = policy.structure('RollbackMaximumBatchSize');
  return {
    kind: 'rolling',
    maximumBatchSize: readSize(policy.requiredStructure('MaximumBatchSize'), BATCH_PERCENT),
    waitMs: policy.requiredInteger('WaitIntervalInSeconds', WAIT_SECONDS) * 1000,
    maxExecutionMs: readMs(policy, 'MaximumExecutionTimeoutInSeconds', EXECUTION_SECONDS),
    rollbackMaximumBatchSize: rollback && readSize(rollback, ROLLBACK_PERCENT),
  };
}

function readSize(size: Members, percent: NumberRule): CapacitySize {
  const unit = size.requiredText('Type', { oneOf: ['INSTANCE_COUNT', 'CAPACITY_PERCENT'] }) as CapacitySize['unit'];
  const rule = unit === 'CAPACITY_PERCENT' ? { min: 1, ...percent } : { min: 1 };
  return { unit, value: size.requiredInteger('Value', rule) };
}

function readMs(policy: Members, name: string, rule: NumberRule): number | undefined {
  const seconds = policy.integer(name, rule);
  return seconds === undefined ? undefined : seconds * 1000;
}

/** Writes `DeploymentConfig`. */
export function writeDeploymentConfig({ update, rollbackAlarms }: DeploymentConfig): object {
  return {
    BlueGreenUpdatePolicy: update.kind === 'blue-green' ? writeBlueGreen(update) : undefined,
    RollingUpdatePolicy: update.kind === 'rolling' ? writeRolling(update) : undefined,
    AutoRollbackConfiguration:
      rollbackAlarms.length === 0 ? undefined : { Alarms: rollbackAlarms.map((AlarmName) => ({ AlarmName })) },
  };
}

function writeBlueGreen({ routing, terminationWaitMs, maxExecutionMs }: BlueGreenUpdate): object {
  return {
    TrafficRoutingConfiguration: {
      Type: routing.kind,
      WaitIntervalInSeconds: routing.waitMs / 1000,
      CanarySize: routing.kind === 'CANARY' ? writeSize(routing.canarySize) : undefined,
      LinearStepSize: routing.kind === 'LINEAR' ? writeSize(routing.stepSize) : undefined,
    },
    TerminationWaitInSeconds: terminationWaitMs / 1000,
    MaximumExecutionTimeoutInSeconds: secondsOf(maxExecutionMs),
  };
}

function writeRolling(update: RollingUpdate): object {
  return {
    MaximumBatchSize: writeSize(update.maximumBatchSize),
    WaitIntervalInSeconds: update.waitMs / 1000,
    MaximumExecutionTimeoutInSeconds: secondsOf(update.maxExecutionMs),
    RollbackMaximumBatchSize: update.rollbackMaximumBatchSize && writeSize(update.rollbackMaximumBatchSize),
  };
}

function writeSize({ unit, value }: CapacitySize): object {
  return { Type: unit, Value: value };
}

function secondsOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
