import { scalingPolicyArn } from '../../core/arn.js';
import { EbbError } from '../../core/errors.js';
import { scalableTargetKey } from '../../core/scaling/scalable-target.js';
import {
  type ScalingPolicy,
  type StepScaling,
  type TargetTracking,
  scalingPolicyKey,
  scalingPolicyPrefix,
} from '../../core/scaling/scaling-policy.js';
import { trackedMetricKey, trackingAlarmName, trackingAlarms } from '../../core/scaling/tracking-alarms.js';
import { eraseAlarm, writeAlarm } from '../alarm/alarm-records.js';
import { forgetPolicyAlarms, forgetScalingPolicy } from './forget-scalable-target.js';
import type { World } from '../world.js';
import { type Variant, checkRegistered } from './registered-target.js';

/** The most policies of one scalable target, as for `PutScalingPolicy`. */
const MAX_POLICIES = 50;

/** The rule of a scaling policy of either kind. */
export type ScalingRule = TargetTracking | StepScaling;

/** A request to create or change a scaling policy. If the rule is absent, an existing policy keeps its own. */
export interface PolicyRequest extends Variant {
  readonly name: string;
  readonly type?: ScalingRule['kind'];
  readonly rule?: ScalingRule;
}

type PolicyWorld = Pick<World, 'catalog' | 'clock' | 'place' | 'signals'>;

/**
 * Creates a scaling policy of a scalable target, or gives the policy of that name another rule and keeps its id. A
 * target-tracking policy gets its alarms; a later call rewrites them under the same names. Raises
 * `ScalableTargetNotFound`, `LimitExceeded`, and `InvalidRequest` for a new policy without a rule and for a metric that
 * another policy already tracks.
 */
export async function putScalingPolicy(
  world: PolicyWorld,
  request: PolicyRequest,
  signal?: AbortSignal,
): Promise<ScalingPolicy> {
  const { endpointName, variantName, name } = request;
  const { scalingPolicies } = world.catalog;
  await checkRegistered(world, request, signal);
  const siblings = await scalingPolicies.under(scalingPolicyPrefix(endpointName, variantName), signal);
  const before = siblings.find((policy) => policy.name === name);
  const rule = request.rule ?? keptRule(request, before);
  const others = siblings.filter((policy) => policy !== before);
  if (others.length >= MAX_POLICIES) throw tooMany();
  checkMetricIsFree(rule, others);
  const policy = await store(world, request, rule, signal);
  await rewriteAlarms(world, before?.alarmNames ?? [], policy, signal);
  await takeBackIfGone(world, policy, signal);
  world.signals.notify({ kind: 'endpoint', endpointName });
  return policy;
}

function keptRule({ type }: PolicyRequest, before: ScalingPolicy | undefined): ScalingRule {
  if (before && (type === undefined || type === before.rule.kind)) return before.rule;
  throw new EbbError('InvalidRequest', `${type ?? 'StepScaling'} policy configuration must be specified`);
}

function tooMany(): EbbError {
  return new EbbError(
    'LimitExceeded',
    `A scalable target can have at most ${MAX_POLICIES} scaling policies: delete one before adding another.`,
  );
}

function checkMetricIsFree(rule: ScalingRule, others: readonly ScalingPolicy[]): void {
  if (rule.kind !== 'TargetTrackingScaling') return;
  const key = trackedMetricKey(rule.metric);
  const isTaken = others.some(
    (other) => other.rule.kind === 'TargetTrackingScaling' && trackedMetricKey(other.rule.metric) === key,
  );
  if (!isTaken) return;
  throw new EbbError(
    'InvalidRequest',
    'Only one TargetTrackingScaling policy for a given metric specification is allowed.',
  );
}

async function store(
  world: PolicyWorld,
  { endpointName, variantName, name }: PolicyRequest,
  rule: ScalingRule,
  signal?: AbortSignal,
): Promise<ScalingPolicy> {
  const { scalingPolicies } = world.catalog;
  const key = scalingPolicyKey(endpointName, variantName, name);
  const change = (policy: ScalingPolicy): ScalingPolicy => ({
    ...policy,
    rule,
    alarmNames: alarmNames(world, policy, rule),
  });
  const updated = await scalingPolicies.update(key, change, signal);
  if (updated) return updated;
  const id = world.clock.uniqueId();
  const made = { id, name, endpointName, variantName, rule, alarmNames: [], createdAt: world.clock.now() };
  const created = change(made);
  if (await scalingPolicies.create(key, created, signal)) return created;
  // Another caller has just created the policy: this request changes it.
  return (await scalingPolicies.update(key, change, signal)) ?? created;
}

/**
 * Returns the alarms' names: the high alarm, then the low one if the policy scales in. Existing alarms keep their
 * names.
 */
function alarmNames(world: Pick<World, 'clock'>, policy: ScalingPolicy, rule: ScalingRule): string[] {
  if (rule.kind !== 'TargetTrackingScaling') return [];
  const [high, low] = policy.alarmNames;
  const named = [high ?? trackingAlarmName('High', policy, world.clock.uniqueId())];
  if (!rule.disableScaleIn) named.push(low ?? trackingAlarmName('Low', policy, world.clock.uniqueId()));
  return named;
}

async function rewriteAlarms(
  world: PolicyWorld,
  before: readonly string[],
  policy: ScalingPolicy,
  signal?: AbortSignal,
): Promise<void> {
  const { id, endpointName, variantName, name, rule } = policy;
  if (rule.kind === 'TargetTrackingScaling') {
    const arn = scalingPolicyArn(world.place, id, scalableTargetKey(endpointName, variantName), name);
    for (const settings of trackingAlarms(policy, rule, arn)) await writeAlarm(world, settings, {}, signal);
  }
  const obsolete = before.filter((alarmName) => !policy.alarmNames.includes(alarmName));
  for (const alarmName of obsolete) await eraseAlarm(world, alarmName, signal);
}

/** Removes the policy's alarms if the policy or its target was deleted while it was being put. */
async function takeBackIfGone(world: PolicyWorld, policy: ScalingPolicy, signal?: AbortSignal): Promise<void> {
  const key = scalingPolicyKey(policy.endpointName, policy.variantName, policy.name);
  const kept = await world.catalog.scalingPolicies.get(key, signal);
  if (kept?.id !== policy.id) await forgetPolicyAlarms(world, policy, signal);
  try {
    await checkRegistered(world, policy, signal);
  } catch (error) {
    if (kept?.id === policy.id) await forgetScalingPolicy(world, policy, signal);
    throw error;
  }
}
