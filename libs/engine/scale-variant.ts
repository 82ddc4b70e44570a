import type { DeployedVariant, Endpoint } from '../core/endpoint.js';
import { concurrentInvocationsPerInstance, endpointKey } from '../core/endpoint.js';
import { launchDelayMs } from '../core/instance.js';
import { describeChange, describeFailure, describeSuccess } from '../core/scaling-activity.js';
import { NO_COOLDOWNS, capacityBounds, scalableTargetKey } from '../core/scalable-target.js';
import { decide, nextDecisionAt } from '../core/scaling-decision.js';
import type { ScalingDecision, ScalingObservation } from '../core/scaling-observation.js';
import type { Fleet } from './fleet.js';
import type { ScalingSettings } from './scaling-settings.js';
import type { World } from './world.js';

/** An idle instance on which a slot has just been taken is looked at again after this time. */
const TAKEN_RETRY_MS = 500;

/**
 * Observes one variant, decides, and sees to it: launches what is missing, drains what is idle and too much. Returns
 * when the passage of time alone calls for another look, if it does.
 */
export async function scaleVariant(
  world: World,
  fleet: Fleet,
  endpoint: Endpoint,
  variant: DeployedVariant,
  settings: ScalingSettings,
): Promise<number | undefined> {
  const observation = await observe(world, fleet, endpoint, variant, settings);
  const current = observation.starting + observation.inService;
  const decision = decide(observation);
  if (decision.desired > current) {
    const allowedAt = nextLaunchAt(fleet, endpoint.name, variant.name);
    if (observation.now < allowedAt) return allowedAt;
  }
  if (decision.desired === current) return nextDecisionAt(observation);
  const reached = await carryOut(world, fleet, endpoint, variant, observation, decision);
  return reached === decision.desired ? nextDecisionAt(observation) : observation.now + TAKEN_RETRY_MS;
}

async function observe(
  world: World,
  fleet: Fleet,
  endpoint: Endpoint,
  variant: DeployedVariant,
  settings: ScalingSettings,
): Promise<ScalingObservation> {
  const [backlog, target] = await Promise.all([
    world.ledger.backlog(endpoint.name),
    world.catalog.scalableTargets.get(scalableTargetKey(endpoint.name, variant.name)),
  ]);
  // Nothing is awaited from here on: what is counted is what the decision is carried out on.
  const inService = fleet.instances(endpoint.name, variant.name).filter(({ state }) => state === 'InService');
  return {
    now: world.clock.now(),
    backlog,
    desired: variant.desiredInstanceCount,
    starting: fleet.counts(endpoint.name, variant.name).starting,
    inService: inService.length,
    busy: inService.filter(({ idleSince }) => idleSince === undefined).length,
    idleSince: inService.flatMap(({ idleSince }) => (idleSince === undefined ? [] : [idleSince])),
    slotsPerInstance: concurrentInvocationsPerInstance(endpoint),
    bounds: capacityBounds(variant, target),
    startingSince: [],
    runningForMs: 0,
    ...settings,
    estimates: {},
    cooldowns: NO_COOLDOWNS,
  };
}

/** When the next launch is due after launches that died: not before its back-off is over. */
export function nextLaunchAt(fleet: Fleet, endpointName: string, variantName: string): number {
  const failures = fleet.launchFailures(endpointName, variantName);
  return failures ? failures.lastAt + launchDelayMs(failures.count) : 0;
}

/** Returns the count that is really reached: an instance that was chosen to go may have been taken for work. */
async function carryOut(
  world: World,
  fleet: Fleet,
  endpoint: Endpoint,
  variant: DeployedVariant,
  observation: ScalingObservation,
  decision: ScalingDecision,
): Promise<number> {
  const from = observation.starting + observation.inService;
  const missing = decision.desired - from;
  const launched = missing > 0 ? fleet.launch(endpoint, variant, missing) : [];
  const drained = missing < 0 ? fleet.drainIdle(endpoint.name, variant.name, -missing) : [];
  const to = from + launched.length - drained.length;
  if (to === from) return to;
  const id = world.clock.uniqueId();
  world.log.info('Scaling', { endpoint: endpoint.name, variant: variant.name, from, to, cause: decision.cause });
  await Promise.all([
    world.catalog.activities.record({
      id,
      endpointName: endpoint.name,
      variantName: variant.name,
      from,
      to,
      description: describeChange(to),
      cause: decision.cause,
      status: 'InProgress',
      startedAt: observation.now,
      observation,
      answers: decision.answers,
      notScaledReasons: decision.notScaledReasons,
    }),
    setDesired(world, endpoint.name, variant.name, to),
  ]);
  void endActivity(world, fleet, endpoint.name, variant.name, id, to, launched, drained);
  return to;
}

/** The activity ends when its last instance has come or gone; nobody waits for that. */
async function endActivity(
  world: World,
  fleet: Fleet,
  endpointName: string,
  variantName: string,
  id: string,
  to: number,
  launched: readonly Promise<boolean>[],
  drained: readonly Promise<void>[],
): Promise<void> {
  const [came] = await Promise.all([Promise.all(launched), Promise.all(drained)]);
  const allCame = came.every(Boolean);
  const why = fleet.launchFailures(endpointName, variantName)?.lastReason ?? 'the instances were no longer wanted.';
  await world.catalog.activities
    .amend(id, {
      status: allCame ? 'Successful' : 'Failed',
      statusMessage: allCame ? describeSuccess(to) : describeFailure(to, why),
      endedAt: world.clock.now(),
    })
    .catch((error: unknown) => {
      world.log.warn('A scaling activity stays InProgress in the record', {
        endpoint: endpointName,
        reason: String(error),
      });
    });
}

async function setDesired(world: World, endpointName: string, variantName: string, desired: number): Promise<void> {
  await world.catalog.endpoints.update(endpointKey(endpointName), (endpoint) => ({
    ...endpoint,
    variants: endpoint.variants.map((variant) =>
      variant.name === variantName ? { ...variant, desiredInstanceCount: desired } : variant,
    ),
  }));
}
