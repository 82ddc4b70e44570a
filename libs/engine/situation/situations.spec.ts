import { expect, test } from 'vitest';
import type { LaunchScript } from '../../../test/support/memory-instances.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';
import type { Alarm } from '../../core/alarm/alarm.js';
import { scalingPolicyArn } from '../../core/arn.js';
import { DEFAULT_DEPLOYMENT_CONFIG, type Deployment } from '../../core/endpoint/deployment.js';
import type { EndpointStatus } from '../../core/endpoint/endpoint-status.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import { EMPTY_HISTORY, withStart } from '../../core/learning/variant-history.js';
import { DEFAULT_PROMISE } from '../../core/scaling/promise.js';
import { scalableTargetKey } from '../../core/scaling/scalable-target.js';
import { type ScalingPolicy, scalingPolicyKey } from '../../core/scaling/scaling-policy.js';
import { whyWaiting } from '../../core/situation/why-waiting.js';
import { formatEndpoint } from '../../wire/rest/endpoint/endpoint-document.js';
import { Fleet } from '../instance/fleet.js';
import { Situations } from './situations.js';

const DEFAULTS = { promise: DEFAULT_PROMISE, maxKeepWarmMs: 300_000 };

async function aBacklog(launch: LaunchScript = { bootMs: 5_000 }) {
  const parts = memoryWorld({ launch: () => launch });
  const { invocations, world } = parts;
  const endpoint = await deployEndpoint(parts, { maximum: 2 });
  const fleet = new Fleet(world);
  const situations = new Situations(world, fleet, DEFAULTS);
  const input = { location: 's3://results/input' };
  await submitInvocation(world, { endpointName: 'reader', input });
  return {
    ...parts,
    fleet,
    launch: (count: number) => fleet.launch(endpoint, endpoint.variants[0]!, count),
    situations,
    variants: async () => (await situations.ofEndpoint(endpoint)).variants,
    why: async () => {
      const [found] = await invocations.list({});
      return whyWaiting(await situations.ofInvocation(found!));
    },
    endpoint,
  };
}

test('the situation of an invocation goes from a start to the instance that runs it', async () => {
  const { clock, fleet, launch, ledger, why } = await aBacklog();
  expect(await why()).toBe('There is no instance in service. An instance is about to be launched.');
  launch(1);
  await clock.advance(3_000);
  expect(await why()).toBe('There is no instance in service. 1 instance is starting (booting for 3 s).');
  await clock.advance(3_000);
  expect(await why()).toBe('An instance has room for it, so it starts within moments.');
  const [slot] = fleet.reserve('reader', 1);
  const lease = {
    endpointName: 'reader',
    workerId: 'w',
    count: 1,
    now: clock.now(),
    leasedUntil: clock.now() + 30_000,
  };
  const [leased] = await ledger.lease(lease);
  fleet.occupy(slot!, leased!.id);
  await clock.advance(2_000);
  expect(await why()).toContain(`It is being run on instance ${slot!.instanceId} since`);
  expect(await why()).toContain('for 2 s so far');
});

test('an invocation that waits during an update is promised no slot that is reserved for the share of the new side', async () => {
  const { catalog, clock, endpoint, fleet, launch, why } = await aBacklog();
  launch(1);
  const fresh = { ...endpoint.variants[0]!, deploymentId: 'second' };
  fleet.launch(endpoint, fresh, 1);
  await clock.advance(6_000);
  const become = async (status: EndpointStatus, traffic: number) => {
    const deployment = aDeployment(fresh, traffic);
    fleet.route((await catalog.endpoints.update('reader', (of) => ({ ...of, status, deployment })))!);
  };
  await become('Updating', 0.1);
  const [old] = fleet.instances('reader', 'AllTraffic', 'first');
  expect(fleet.reserve('reader', 2)).toMatchObject([{ instanceId: old!.id }]);
  const busy = 'The instances that may take it are busy (1 slot), with 1 waiting in all; the endpoint is being updated';
  expect(await why()).toBe(`${busy}, and 10 % of the work may go to new instances.`);
  await become('RollingBack', 0);
  expect(await why()).toBe(`${busy}, and 0 % of the work may go to new instances.`);
  await become('Updating', 1);
  expect(await why()).toBe('An instance has room for it, so it starts within moments.');
});

test('a variant is shown with its starts, their usual duration, and its failures', async () => {
  const { catalog, clock, endpoint, launch, situations } = await aBacklog();
  const key = scalableTargetKey('reader', 'AllTraffic');
  const history = withStart(EMPTY_HISTORY, { queued: 0, boot: 5_000, ping: 100 }, clock.now());
  await catalog.variantHistories.create(key, history);
  launch(1);
  await clock.advance(1_000);
  expect(formatEndpoint(await situations.ofEndpoint(endpoint), DEFAULTS)).toMatchObject({
    name: 'reader',
    backlog: { queued: 1 },
    instances: { starting: 1 },
    variants: [
      {
        name: 'AllTraffic',
        why: expect.stringMatching(/^It has 1 instance.*1 instance is starting \(booting for 1 s, usually 5 s\)\./),
        instances: { minimum: 0, maximum: 2, starting: 1, inService: 0, busy: 0, draining: 0 },
        starts: [{ phase: 'boot', launchedAt: new Date(clock.now() - 1_000).toISOString() }],
        startPhases: [{ phase: 'queued' }, { phase: 'boot', medianMs: expect.closeTo(5_000, -3) }, { phase: 'ping' }],
        decisions: [],
      },
    ],
  });
});

test('a paused instance is shown apart, with its end time, and is not counted', async () => {
  const { catalog, clock, endpoint, fleet, launch, situations } = await aBacklog();
  launch(1);
  await clock.advance(6_000);
  const tags = { 'ebb:warm-instances': '1', 'ebb:warm-seconds': '60' };
  await catalog.endpoints.update('reader', (current) => ({ ...current, tags }));
  void fleet.scaleIn({ ...endpoint, tags }, endpoint.variants[0]!, 1);
  const [instance] = fleet.instances('reader');
  const situation = await situations.ofEndpoint(endpoint);
  expect(formatEndpoint(situation, DEFAULTS)).toMatchObject({
    instances: { starting: 0, inService: 0, draining: 0, paused: 1 },
    variants: [
      {
        why: expect.stringMatching(/^It has no instances.* 1 more is paused, ready within milliseconds, until /),
        instances: { inService: 0, paused: 1 },
        paused: [{ instanceId: instance!.id, until: new Date(clock.now() + 60_000).toISOString() }],
      },
    ],
  });
});

test('the policies of a variant are shown with the alarms that trigger them, regardless of who created the alarms', async () => {
  const { catalog, place, variants } = await aBacklog();
  const policy: ScalingPolicy = {
    id: 'p-1',
    name: 'step',
    endpointName: 'reader',
    variantName: 'AllTraffic',
    rule: { kind: 'StepScaling', adjustmentType: 'ChangeInCapacity', steps: [], cooldownMs: 0, aggregation: 'Average' },
    alarmNames: [],
    createdAt: 0,
  };
  await catalog.scalingPolicies.create(scalingPolicyKey('reader', 'AllTraffic', 'step'), policy);
  const arn = scalingPolicyArn(place, 'p-1', scalableTargetKey('reader', 'AllTraffic'), 'step');
  await catalog.alarms.create('no capacity', anAlarm('no capacity', [arn]));
  await catalog.alarms.create('other', anAlarm('other', []));
  const [{ situation } = { situation: undefined }] = await variants();
  expect(situation?.policies).toEqual([
    { policyName: 'step', alarms: [{ alarmName: 'no capacity', state: 'INSUFFICIENT_DATA' }] },
  ]);
});

function aDeployment(variant: DeployedVariant, traffic: number): Deployment {
  return {
    id: variant.deploymentId,
    configName: 'second',
    variants: [variant],
    config: DEFAULT_DEPLOYMENT_CONFIG,
    startedAt: 0,
    stage: 'Baking',
    stageSince: 0,
    step: 1,
    traffic,
  };
}

function anAlarm(name: string, alarmActions: readonly string[]): Alarm {
  return {
    name,
    source: { kind: 'metric', metric: { namespace: 'N', name: 'M', dimensions: {} }, statistic: 'Average' },
    periodSeconds: 60,
    evaluationPeriods: 1,
    threshold: 1,
    comparison: 'GreaterThanThreshold',
    treatMissingData: 'missing',
    actionsEnabled: true,
    okActions: [],
    alarmActions,
    insufficientDataActions: [],
    state: 'INSUFFICIENT_DATA',
    stateReason: '',
    stateChangedAt: 0,
    stateUpdatedAt: 0,
    configuredAt: 0,
    tags: {},
  };
}
