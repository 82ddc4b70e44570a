import { backlogSize } from './backlog.js';
import {
  type NotScaledReason,
  type ScalingDecision,
  type ScalingObservation,
  describeBacklog,
  unreachable,
} from './scaling-observation.js';

/** The rule for variants without scaling policies. */
export function decideByPromise(observation: ScalingObservation): ScalingDecision {
  const { backlog, slotsPerInstance } = observation;
  const current = observation.starting + observation.inService;
  const needed = Math.ceil(backlogSize(backlog) / slotsPerInstance);
  return needed > current ? scaleOut(observation, current, needed) : scaleIn(observation, current, needed);
}

function scaleOut(observation: ScalingObservation, current: number, needed: number): ScalingDecision {
  const { bounds } = observation;
  const cause = backlogCause(observation, needed);
  if (bounds.suspended.dynamicScalingOut) {
    return refused(observation, `${cause}; scaling out is suspended`, 'ScalingSuspended', needed);
  }
  const desired = Math.min(needed, bounds.maximum);
  if (desired <= current)
    return refused(observation, `${cause}; the maximum capacity is ${bounds.maximum}`, 'AlreadyAtMaxCapacity', needed);
  return { desired, cause, answers: [{ by: 'promise', wants: needed, because: cause }], notScaledReasons: [] };
}

function refused(
  observation: ScalingObservation,
  cause: string,
  code: NotScaledReason['code'],
  wants: number,
): ScalingDecision {
  const current = observation.starting + observation.inService;
  const { maximum } = observation.bounds;
  const reason = { code, currentCapacity: current, ...(code === 'AlreadyAtMaxCapacity' && { maxCapacity: maximum }) };
  return { desired: current, cause, answers: [{ by: 'promise', wants, because: cause }], notScaledReasons: [reason] };
}

function scaleIn(observation: ScalingObservation, current: number, needed: number): ScalingDecision {
  const { bounds, now, maxKeepWarmMs } = observation;
  const surplus = observation.idleSince.filter((since) => now - since >= maxKeepWarmMs).length;
  const wanted = Math.max(needed, bounds.minimum, current - surplus, unreachable(observation));
  if (wanted >= current) {
    return { desired: current, cause: backlogCause(observation, needed), answers: [], notScaledReasons: [] };
  }
  const cause = `${surplus} of ${current} instances had nothing to do for ${maxKeepWarmMs / 1000} s`;
  if (bounds.suspended.dynamicScalingIn) {
    return refused(observation, `${cause}; scaling in is suspended`, 'ScalingSuspended', wanted);
  }
  return { desired: wanted, cause, answers: [{ by: 'promise', wants: wanted, because: cause }], notScaledReasons: [] };
}

function backlogCause({ backlog, slotsPerInstance }: ScalingObservation, needed: number): string {
  return `${describeBacklog(backlog)} at ${slotsPerInstance} per instance needs ${needed} instance${needed === 1 ? '' : 's'}`;
}

export function nextPromiseDecisionAt(observation: ScalingObservation): number | undefined {
  const { bounds, idleSince, maxKeepWarmMs, now } = observation;
  const current = observation.starting + observation.inService;
  if (current <= bounds.minimum || bounds.suspended.dynamicScalingIn) return undefined;
  const due = idleSince.map((since) => since + maxKeepWarmMs).filter((at) => at > now);
  return due.length === 0 ? undefined : Math.min(...due);
}
