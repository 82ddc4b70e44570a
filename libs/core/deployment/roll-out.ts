import { type LaunchFailures, isHopeless } from '../instance/crash-loop.js';
import type { BlueGreenUpdate, Deployment, RollOutTargets, RollingUpdate } from '../endpoint/deployment.js';
import { type DeployedVariant, startupTimeoutMs } from '../endpoint/variant.js';
import { moment } from '../in-words.js';
import { withoutOutput } from '../instance/instance-end.js';
import { batchBack, keptAfter, movedAfter, replacedAfter } from './roll-out-steps.js';

/** A variant on one side of an update, as it is now. */
export interface RollOutVariant {
  readonly variant: DeployedVariant;
  readonly inService: number;
  readonly failures?: LaunchFailures;
}

/** The facts that the next step of a roll-out may use. */
export interface RollOutObservation {
  readonly now: number;
  readonly serving: readonly RollOutVariant[];
  readonly rollingOut: readonly RollOutVariant[];
  /** The names of the deployment's rollback alarms that are in ALARM. */
  readonly alarms: readonly string[];
}

/**
 * The next step of a roll-out. `move` and `roll back` are recorded as the deployment's new state, from which everything
 * else follows. `finish` makes the new side the endpoint, `rolled back` leaves the old one, and `give up` leaves both
 * as they are.
 */
export type RollOutStep =
  /** Waits for instances to come or go, or until a time. */
  | { readonly do: 'wait'; readonly until?: number }
  | { readonly do: 'move'; readonly to: Pick<Deployment, 'stage' | 'step' | 'traffic'> }
  | { readonly do: 'finish' }
  | { readonly do: 'roll back'; readonly reason: string }
  | { readonly do: 'rolled back' }
  | { readonly do: 'give up'; readonly reason: string };

type Present = Pick<RollOutVariant, 'variant' | 'inService'>;

/** The variants of both sides, with the facts that instance counts depend on. */
interface Sides {
  readonly serving: readonly Present[];
  readonly rollingOut: readonly Present[];
}

/** Decides the next step of a deployment. It does not move forward while any trouble is known. */
export function nextStep(deployment: Deployment, observation: RollOutObservation): RollOutStep {
  if (deployment.stage === 'RollingBack') return nextStepBack(deployment, observation);
  const trouble = troubleOf(deployment, observation);
  if (trouble !== undefined) return { do: 'roll back', reason: trouble };
  const until = deadlineOf(deployment);
  return deployment.stage === 'Launching'
    ? afterLaunching(deployment, observation, until)
    : afterBaking(deployment, observation, until);
}

/**
 * Returns the state in which a deployment begins to roll back: the old side has the traffic, and the step is how many
 * of its batches had gone.
 */
export function wayBack({ stage, step }: Deployment): Pick<Deployment, 'stage' | 'step' | 'traffic'> {
  // The old instances of a batch go when the wait after it is over, which is when the next batch begins.
  return { stage: 'RollingBack', step: stage === 'Launching' ? step : step - 1, traffic: 0 };
}

/**
 * Returns the instance counts of a deployment's state. An update of a variant at zero proves itself with one instance.
 * An endpoint at zero that has work during its update does it with one instance.
 */
export function targetsOf(deployment: Deployment, { rollingOut, serving }: Sides, hasBacklog = false): RollOutTargets {
  const { config, stage, step, traffic } = deployment;
  const isNeeded = hasBacklog && traffic < 1;
  const staying = stage === 'RollingBack' ? stayingBack(serving, rollingOut) : undefined;
  return {
    serving: Object.fromEntries(
      serving.map((old) => [
        old.variant.name,
        Math.max(servingTarget(deployment, old), isNeeded && isAtZero(old) ? 1 : 0),
      ]),
    ),
    rollingOut: Object.fromEntries(
      rollingOut.map(({ variant }) => [
        variant.name,
        staying?.get(variant.name) ?? replacedAfter(config, variant, stage === 'Launching' ? step + 1 : step),
      ]),
    ),
  };
}

/**
 * During a rollback a new instance stays until an old one is in service in its place, because the old ones may fail to
 * start.
 */
function stayingBack(serving: Sides['serving'], rollingOut: Sides['rollingOut']): Map<string, number> {
  let missing = serving.reduce(
    (sum, { inService, variant }) => sum + Math.max(0, variant.desiredInstanceCount - inService),
    0,
  );
  return new Map(
    rollingOut.map(({ inService, variant }) => {
      const staying = Math.min(inService, missing);
      missing -= staying;
      return [variant.name, staying];
    }),
  );
}

function servingTarget({ config, stage, step, variants }: Deployment, { inService, variant }: Present): number {
  const { desiredInstanceCount } = variant;
  if (config.update.kind === 'blue-green') return desiredInstanceCount;
  if (stage === 'RollingBack')
    return Math.min(desiredInstanceCount, inService + batchBack(config, desiredInstanceCount));
  return keptAfter(config, variants, variant, stage === 'Launching' ? step : step - 1);
}

function isAtZero({ variant }: Present): boolean {
  return variant.desiredInstanceCount === 0;
}

function afterLaunching(
  deployment: Deployment,
  { rollingOut }: RollOutObservation,
  until: number | undefined,
): RollOutStep {
  if (!isWhole(deployment, rollingOut)) return { do: 'wait', until };
  return { do: 'move', to: moved(deployment) };
}

/** Returns whether all the new instances that there should be are in service. */
function isWhole(deployment: Deployment, rollingOut: RollOutObservation['rollingOut']): boolean {
  const targets = targetsOf(deployment, { serving: [], rollingOut }).rollingOut;
  return rollingOut.every(({ inService, variant }) => inService >= targets[variant.name]!);
}

/** Time spent baking counts only if all new instances are in service. */
function afterBaking(
  deployment: Deployment,
  { now, rollingOut }: RollOutObservation,
  until: number | undefined,
): RollOutStep {
  if (!isWhole(deployment, rollingOut)) return { do: 'wait', until };
  const { config, stageSince, step, traffic } = deployment;
  const bakedAt = stageSince + bakingMs(config.update, traffic);
  if (now < bakedAt) return { do: 'wait', until: until === undefined ? bakedAt : Math.min(bakedAt, until) };
  if (traffic >= 1) return { do: 'finish' };
  if (config.update.kind === 'rolling') return { do: 'move', to: { stage: 'Launching', step, traffic } };
  return { do: 'move', to: moved(deployment) };
}

/** Returns the state one step of traffic further. */
function moved({ config, step, variants }: Deployment): Pick<Deployment, 'stage' | 'step' | 'traffic'> {
  return { stage: 'Baking', step: step + 1, traffic: movedAfter(config, variants, step + 1) };
}

/**
 * Returns the wait after a step. When all traffic has moved, the old fleet of a blue/green update is kept for a while
 * longer.
 */
function bakingMs(update: BlueGreenUpdate | RollingUpdate, traffic: number): number {
  if (update.kind === 'rolling') return update.waitMs;
  return update.routing.waitMs + (traffic >= 1 ? update.terminationWaitMs : 0);
}

function deadlineOf({ config, startedAt }: Deployment): number | undefined {
  const { maxExecutionMs } = config.update;
  return maxExecutionMs === undefined ? undefined : startedAt + maxExecutionMs;
}

/** Returns why a deployment cannot go on, in words for users; undefined if it can. */
function troubleOf(deployment: Deployment, { alarms, now, rollingOut }: RollOutObservation): string | undefined {
  const [alarm] = alarms;
  if (alarm !== undefined) return `The alarm "${alarm}" of AutoRollbackConfiguration is in ALARM.`;
  const hopeless = rollingOut.find((fresh) => isGivenUp(fresh));
  if (hopeless) return hopeless.failures!.lastReason;
  const deadline = deadlineOf(deployment);
  if (deadline === undefined || now < deadline) return undefined;
  return (
    `The update did not end within MaximumExecutionTimeoutInSeconds, ${(deadline - deployment.startedAt) / 1000} seconds ` +
    `from ${moment(deployment.startedAt)} on.`
  );
}

/**
 * Decides the next step of a rollback. A blue/green update still has its old fleet; a rolling update has to start the
 * replaced instances again.
 */
function nextStepBack(deployment: Deployment, { serving }: RollOutObservation): RollOutStep {
  const { config, failureReason = '', stageSince, step } = deployment;
  if (config.update.kind === 'blue-green' || step === 0) return { do: 'rolled back' };
  const incomplete = serving.filter(({ inService, variant }) => inService < variant.desiredInstanceCount);
  if (incomplete.length === 0) return { do: 'rolled back' };
  // Earlier failures say nothing about now; they may be the reason for the update.
  const hopeless = incomplete.find((old) => isGivenUp(old, stageSince));
  if (!hopeless) return { do: 'wait' };
  const { lastReason } = hopeless.failures!;
  return { do: 'give up', reason: `${withoutOutput(failureReason)} Rolling back failed, too: ${lastReason}` };
}

function isGivenUp({ failures, variant }: RollOutVariant, since = 0): boolean {
  return isHopeless(failures, startupTimeoutMs(variant)) && failures.lastLaunchedAt >= since;
}
