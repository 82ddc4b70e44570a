import { describe, expect, it, test } from 'vitest';
import { DEFAULT_DEPLOYMENT_CONFIG, type DeploymentConfig } from '../../core/endpoint/deployment.js';
import { Members } from '../aws/members.js';
import { readDeploymentConfig, writeDeploymentConfig } from './deployment-config.js';

type Body = Readonly<Record<string, unknown>>;

function read(body: Body): DeploymentConfig {
  return Members.read(body, readDeploymentConfig);
}

/** Returns the config as JSON, without its absent members. */
function written(config: DeploymentConfig): unknown {
  return JSON.parse(JSON.stringify(writeDeploymentConfig(config)));
}

const percent = (value: number): Body => ({ Type: 'CAPACITY_PERCENT', Value: value });
const count = (value: number): Body => ({ Type: 'INSTANCE_COUNT', Value: value });
const blueGreen = (routing: Body, policy: Body = {}): Body => ({
  BlueGreenUpdatePolicy: {
    TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 60, ...routing },
    TerminationWaitInSeconds: 0,
    ...policy,
  },
});
const rolling = (policy: Body = {}): Body => ({
  RollingUpdatePolicy: { MaximumBatchSize: percent(50), WaitIntervalInSeconds: 0, ...policy },
});

describe('a deployment config is written as it was read', () => {
  test.each<[string, Body]>([
    ['all at once', blueGreen({})],
    ['by a canary of a percentage', blueGreen({ Type: 'CANARY', CanarySize: percent(50) })],
    ['by a canary of a number of instances', blueGreen({ Type: 'CANARY', CanarySize: count(3) })],
    ['in equal steps', blueGreen({ Type: 'LINEAR', LinearStepSize: percent(10) })],
    [
      'with all of its times stated',
      blueGreen({}, { TerminationWaitInSeconds: 3600, MaximumExecutionTimeoutInSeconds: 28_800 }),
    ],
    ['rolling', rolling()],
    [
      'rolling by numbers of instances',
      rolling({ MaximumBatchSize: count(80), MaximumExecutionTimeoutInSeconds: 600 }),
    ],
    ['rolling back in batches', rolling({ RollbackMaximumBatchSize: percent(100) })],
    [
      'with alarms',
      { ...rolling(), AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'errors' }, { AlarmName: 'slow' }] } },
    ],
  ])('%s', (_, body) => {
    expect(written(read(body))).toEqual(body);
  });

  it('all at once and without a wait by default', () => {
    expect(read({})).toEqual(DEFAULT_DEPLOYMENT_CONFIG);
    expect(read({ AutoRollbackConfiguration: {} })).toEqual(DEFAULT_DEPLOYMENT_CONFIG);
  });

  it('with its times held in milliseconds', () => {
    expect(read(blueGreen({ Type: 'CANARY', CanarySize: count(1) })).update).toEqual({
      kind: 'blue-green',
      routing: { kind: 'CANARY', waitMs: 60_000, canarySize: { unit: 'INSTANCE_COUNT', value: 1 } },
      terminationWaitMs: 0,
      maxExecutionMs: undefined,
    });
  });
});

describe('a deployment config is refused for', () => {
  const ROUTING = 'blueGreenUpdatePolicy.trafficRoutingConfiguration';

  test.each<[string, Body, string, string]>([
    [
      'two policies',
      { ...blueGreen({}), ...rolling() },
      'rollingUpdatePolicy',
      'Member must be null where BlueGreenUpdatePolicy is given',
    ],
    ['no routing', { BlueGreenUpdatePolicy: {} }, ROUTING, 'Member must not be null'],
    [
      'an unknown type',
      blueGreen({ Type: 'SLOWLY' }),
      `${ROUTING}.type`,
      'Member must satisfy enum value set: [ALL_AT_ONCE, CANARY, LINEAR]',
    ],
    [
      'no wait',
      blueGreen({ WaitIntervalInSeconds: undefined }),
      `${ROUTING}.waitIntervalInSeconds`,
      'Member must not be null',
    ],
    [
      'a long wait',
      blueGreen({ WaitIntervalInSeconds: 3601 }),
      `${ROUTING}.waitIntervalInSeconds`,
      'Member must have value less than or equal to 3600',
    ],
    ['a canary of no size', blueGreen({ Type: 'CANARY' }), `${ROUTING}.canarySize`, 'Member must not be null'],
    ['steps of no size', blueGreen({ Type: 'LINEAR' }), `${ROUTING}.linearStepSize`, 'Member must not be null'],
    [
      'a canary size without a canary',
      blueGreen({ CanarySize: count(1) }),
      `${ROUTING}.canarySize`,
      'Member must be null where Type is ALL_AT_ONCE',
    ],
    [
      'a step size with a canary',
      blueGreen({ Type: 'CANARY', CanarySize: count(1), LinearStepSize: count(1) }),
      `${ROUTING}.linearStepSize`,
      'Member must be null where Type is CANARY',
    ],
    [
      'more than half for a canary',
      blueGreen({ Type: 'CANARY', CanarySize: percent(51) }),
      `${ROUTING}.canarySize.value`,
      'Member must have value less than or equal to 50',
    ],
    [
      'a canary of size zero',
      blueGreen({ Type: 'CANARY', CanarySize: count(0) }),
      `${ROUTING}.canarySize.value`,
      'Member must have value greater than or equal to 1',
    ],
    [
      'tiny steps',
      blueGreen({ Type: 'LINEAR', LinearStepSize: percent(9) }),
      `${ROUTING}.linearStepSize.value`,
      'Member must have value greater than or equal to 10',
    ],
    [
      'a timeout shorter than its waits',
      blueGreen(
        { WaitIntervalInSeconds: 300 },
        { TerminationWaitInSeconds: 300, MaximumExecutionTimeoutInSeconds: 600 },
      ),
      'blueGreenUpdatePolicy.maximumExecutionTimeoutInSeconds',
      'Member must have value greater than the sum of WaitIntervalInSeconds and TerminationWaitInSeconds',
    ],
    [
      'tiny batches',
      rolling({ MaximumBatchSize: percent(4) }),
      'rollingUpdatePolicy.maximumBatchSize.value',
      'Member must have value greater than or equal to 5',
    ],
    [
      'a rollback batch of more than 100 per cent',
      rolling({ RollbackMaximumBatchSize: percent(101) }),
      'rollingUpdatePolicy.rollbackMaximumBatchSize.value',
      'Member must have value less than or equal to 100',
    ],
    [
      'a short timeout',
      rolling({ MaximumExecutionTimeoutInSeconds: 599 }),
      'rollingUpdatePolicy.maximumExecutionTimeoutInSeconds',
      'Member must have value greater than or equal to 600',
    ],
    [
      'an empty list of alarms',
      { AutoRollbackConfiguration: { Alarms: [] } },
      'autoRollbackConfiguration.alarms',
      'Member must have length greater than or equal to 1',
    ],
    [
      'too many alarms',
      { AutoRollbackConfiguration: { Alarms: Array.from({ length: 11 }, () => ({ AlarmName: 'a' })) } },
      'autoRollbackConfiguration.alarms',
      'Member must have length less than or equal to 10',
    ],
    [
      'an alarm without a name',
      { AutoRollbackConfiguration: { Alarms: [{}] } },
      'autoRollbackConfiguration.alarms.1.member.alarmName',
      'Member must not be null',
    ],
    [
      'a blank alarm',
      { AutoRollbackConfiguration: { Alarms: [{ AlarmName: ' ' }] } },
      'autoRollbackConfiguration.alarms.1.member.alarmName',
      'Member must satisfy regular expression pattern: (?!\\s*$).+',
    ],
  ])('%s', (_, body, path, constraint) => {
    expect(() => read(body)).toThrow(/^1 validation error detected: /);
    expect(() => read(body)).toThrow(`at '${path}' failed to satisfy constraint: ${constraint}`);
  });
});
