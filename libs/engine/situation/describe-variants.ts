import { scalingPolicyArn } from '../../core/arn.js';
import { freeToTake, trafficOf } from '../../core/deployment/traffic.js';
import { isPaused } from '../../core/endpoint/endpoint-gates.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import type { Instance } from '../../core/instance/instance.js';
import type { Backlog } from '../../core/invocation/backlog.js';
import { maxKeepWarmFromTags } from '../../core/scaling/promise.js';
import { NO_COOLDOWNS, capacityBounds, scalableTargetKey } from '../../core/scaling/scalable-target.js';
import { isNotScaled } from '../../core/scaling/scaling-activity.js';
import { type ScalingPolicy, scalingPolicyPrefix } from '../../core/scaling/scaling-policy.js';
import {
  type PolicySituation,
  type VariantSituation,
  type VariantStatus,
  usualPhases,
} from '../../core/situation/variant-situation.js';
import type { InstanceStatus } from '../instance/instance-view.js';
import type { World } from '../world.js';

/** The number of a variant's last decisions that are read and shown. */
const LAST_DECISIONS = 10;

type Sources = Pick<World, 'catalog' | 'clock' | 'invocations' | 'place'>;

/** The endpoint whose variants are described, with the facts that are known already. */
interface Subject {
  readonly endpoint: Endpoint;
  readonly backlog: Backlog;
  /** The longest time that an idle instance is kept, if the endpoint does not set one. */
  readonly maxKeepWarmMs: number;
}

/** Describes the present situation of each variant of an endpoint. */
export async function describeVariants(
  world: Sources,
  instances: InstanceStatus,
  subject: Subject,
): Promise<VariantStatus[]> {
  return Promise.all(subject.endpoint.variants.map((variant) => describeVariant(world, instances, subject, variant)));
}

async function describeVariant(
  world: Sources,
  instances: InstanceStatus,
  { backlog, endpoint, maxKeepWarmMs }: Subject,
  variant: DeployedVariant,
): Promise<VariantStatus> {
  const { catalog, clock } = world;
  const key = scalableTargetKey(endpoint.name, variant.name);
  const query = { endpointName: endpoint.name, variantName: variant.name };
  const [target, history, decisions, policies] = await Promise.all([
    catalog.scalableTargets.get(key),
    catalog.variantHistories.get(key),
    catalog.activities.list({ ...query, includeNotScaled: true, limit: LAST_DECISIONS }),
    describePolicies(world, endpoint.name, variant.name),
  ]);
  const lastChange =
    decisions.find((activity) => !isNotScaled(activity)) ?? (await catalog.activities.list({ ...query, limit: 1 }))[0];
  const [last] = decisions;
  const situation: VariantSituation = {
    now: clock.now(),
    variantName: variant.name,
    backlog,
    bounds: capacityBounds(variant, target),
    cooldowns: target?.cooldowns ?? NO_COOLDOWNS,
    dispatchPaused: isPaused(endpoint, 'dispatch') ? endpoint.gateChanges?.dispatch : undefined,
    ...countInstances(instances, endpoint, variant.name),
    // After a failed way back both sides share the work, and scaling continues.
    newShare: endpoint.status === 'UpdateRollbackFailed' ? undefined : endpoint.deployment?.traffic,
    usualPhasesMs: usualPhases(history, 0.5),
    failures: instances.launchFailures(endpoint.name, variant.name),
    policies,
    maxKeepWarmMs: maxKeepWarmFromTags(endpoint.tags, maxKeepWarmMs),
    lastChange,
    lastRefusal: last && isNotScaled(last) ? last : undefined,
  };
  return { variant, situation, decisions, history };
}

function countInstances(instances: InstanceStatus, endpoint: Endpoint, variantName: string) {
  const { name: endpointName } = endpoint;
  const all = instances.instances(endpointName, variantName);
  const inService = all.filter(isInService);
  const free = freeToTake(trafficOf(endpoint)).filter((side) => side.variantName === variantName);
  const takers = free.flatMap(({ deploymentId }) =>
    instances.instances(endpointName, variantName, deploymentId).filter(isInService),
  );
  return {
    inService: inService.length,
    busy: inService.filter(({ idleSince }) => idleSince === undefined).length,
    draining: instances.counts(endpointName, variantName).draining,
    slots: takers.reduce((sum, { slots }) => sum + slots, 0),
    takenSlots: takers.reduce((sum, { busy }) => sum + busy, 0),
    paused: all.flatMap(({ id, pausedUntil, state }) =>
      state === 'Paused' && pausedUntil !== undefined ? [{ instanceId: id, until: pausedUntil }] : [],
    ),
    starts: instances.starts(endpointName, variantName),
  };
}

function isInService({ state }: Instance): boolean {
  return state === 'InService';
}

async function describePolicies(
  { catalog, place }: Pick<World, 'catalog' | 'place'>,
  endpointName: string,
  variantName: string,
): Promise<PolicySituation[]> {
  const policies = await catalog.scalingPolicies.under(scalingPolicyPrefix(endpointName, variantName));
  if (policies.length === 0) return [];
  // Alarms are not stored by policy, because a user's alarm may name any policy.
  const alarms = await catalog.alarms.all();
  const arnOf = ({ id, name }: ScalingPolicy): string =>
    scalingPolicyArn(place, id, scalableTargetKey(endpointName, variantName), name);
  return policies.map((policy) => {
    const arn = arnOf(policy);
    const triggering = alarms.filter(({ alarmActions }) => alarmActions.includes(arn));
    return { policyName: policy.name, alarms: triggering.map(({ name, state }) => ({ alarmName: name, state })) };
  });
}
