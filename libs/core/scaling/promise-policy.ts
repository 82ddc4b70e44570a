import { backlogSize } from '../invocation/backlog.js';
import { type CapacityForecast, forecastCapacity } from './capacity-forecast.js';
import type { NotScaledCode, ScalingDecision } from './scaling-answer.js';
import { type ScalingObservation, describeBacklog, unreachable } from './scaling-observation.js';

/** How often the forecast is made anew while invocations wait that more instances could take. */
const FORECAST_INTERVAL_MS = 1_000;

/**
 * Decides for a variant without scaling policies. It scales out in one step to as many instances as keep the promise,
 * if another instance would come in time to help. An instance goes when it has been idle for so long that keeping it
 * costs more than the start that it saves. While service and start times are unknown, every queued invocation gets a
 * slot.
 */
export function decideByPromise(observation: ScalingObservation): ScalingDecision {
  const wish = wishFor(observation);
  return wish.count > sizeOf(observation) ? scaleOut(observation, wish) : scaleIn(observation, wish);
}

/**
 * Returns the next time, later than now, at which the passage of time alone could change the decision; absent if only
 * an event can.
 */
export function nextPromiseDecisionAt(observation: ScalingObservation): number | undefined {
  const { backlog, bounds, now } = observation;
  const current = sizeOf(observation);
  const times: number[] = [];
  if (current > bounds.minimum && !bounds.suspended.dynamicScalingIn) {
    times.push(...idleLongestFirst(observation).map((since, gone) => since + keepWarmMs(observation, current - gone)));
  }
  const isForecast = backlog.queued > 0 && forecastCapacity(observation) !== undefined;
  if (isForecast && current < bounds.maximum && !bounds.suspended.dynamicScalingOut) {
    times.push(now + FORECAST_INTERVAL_MS);
  }
  const due = times.filter((at) => at > now);
  return due.length === 0 ? undefined : Math.min(...due);
}

/** The number of instances that the work calls for, and why. */
interface Wish {
  readonly count: number;
  readonly because: string;
}

function wishFor(observation: ScalingObservation): Wish {
  const { backlog, estimates, slotsPerInstance } = observation;
  const demand = demandOf(observation);
  const forecast = forecastCapacity(observation);
  if (!forecast) {
    const because = `${describeBacklog(backlog)} at ${slotsPerInstance} per instance needs ${instances(demand)}`;
    return { count: demand, because };
  }
  if (backlog.queued === 0) return { count: 0, because: 'nothing is queued' };
  // The count is never more than a slot for each invocation in the backlog, because expected ones may not come.
  const urgent = forecast.waitMs > forecast.allowedMs ? Math.min(forecast.needed, demand) : 0;
  const worthwhile = Math.min(demand, estimates.worthwhile ?? 0);
  if (urgent >= worthwhile) return { count: urgent, because: describeForecast(observation, forecast, urgent) };
  const because = `${describeBacklog(backlog)} can use ${instances(worthwhile)}, and work for that many comes often`;
  return { count: worthwhile, because };
}

function describeForecast(observation: ScalingObservation, forecast: CapacityForecast, count: number): string {
  const { backlog } = observation;
  const { allowedMs, startMs, waitMs } = forecast;
  const backlogAndStart = `${describeBacklog(backlog)}, and a start takes ${seconds(startMs)}`;
  if (sizeOf(observation) === 0) return `${backlogAndStart}: ${instances(count)}`;
  const wait = `without more instances the wait would be ${seconds(waitMs)}, but ${seconds(allowedMs)} is promised`;
  return `${backlogAndStart}; ${wait}: ${instances(count)}`;
}

function scaleOut(observation: ScalingObservation, { because, count }: Wish): ScalingDecision {
  const { bounds, dispatch } = observation;
  if (dispatch === 'paused') return refused(observation, `${because}; dispatch is paused`, 'DispatchPaused', count);
  if (bounds.suspended.dynamicScalingOut) {
    return refused(observation, `${because}; scaling out is suspended`, 'ScalingSuspended', count);
  }
  const desired = Math.min(count, bounds.maximum);
  if (desired <= sizeOf(observation)) {
    return refused(observation, `${because}; the maximum capacity is ${bounds.maximum}`, 'AlreadyAtMaxCapacity', count);
  }
  const cause = desired < count ? `${because}; the maximum capacity is ${bounds.maximum}` : because;
  return { desired, cause, answers: [{ by: 'promise', wants: count, because }], notScaledReasons: [] };
}

function scaleIn(observation: ScalingObservation, { count }: Wish): ScalingDecision {
  const { backlog, bounds, now } = observation;
  const current = sizeOf(observation);
  // An instance that is idle while invocations are queued is about to take one.
  const idle = backlog.queued > 0 ? [] : idleLongestFirst(observation);
  let surplus = 0;
  while (surplus < idle.length && now - idle[surplus]! >= keepWarmMs(observation, current - surplus)) surplus += 1;
  const wanted = Math.max(current - surplus, count, bounds.minimum, unreachable(observation));
  if (wanted >= current) {
    const cause = `${describeBacklog(backlog)} needs no more than the ${instances(current)} there are`;
    return { desired: current, cause, answers: [], notScaledReasons: [] };
  }
  const cause = describeIdle(observation, current - wanted);
  if (bounds.suspended.dynamicScalingIn) {
    return refused(observation, `${cause}; scaling in is suspended`, 'ScalingSuspended', wanted);
  }
  return {
    desired: wanted,
    cause,
    answers: [{ by: 'promise', wants: wanted, because: cause }],
    notScaledReasons: [],
  };
}

function refused(
  observation: ScalingObservation,
  cause: string,
  code: Extract<NotScaledCode, 'AlreadyAtMaxCapacity' | 'DispatchPaused' | 'ScalingSuspended'>,
  wants: number,
): ScalingDecision {
  const current = sizeOf(observation);
  const { maximum } = observation.bounds;
  const reason = { code, currentCapacity: current, ...(code === 'AlreadyAtMaxCapacity' && { maxCapacity: maximum }) };
  return { desired: current, cause, answers: [{ by: 'promise', wants, because: cause }], notScaledReasons: [reason] };
}

/** Returns how long the last of `count` instances is kept while it is idle. */
function keepWarmMs({ estimates, maxKeepWarmMs }: ScalingObservation, count: number): number {
  const { keepWarm = [], startMs } = estimates;
  const step = keepWarm.find(({ upTo }) => count <= upTo) ?? keepWarm.at(-1);
  return Math.min(maxKeepWarmMs, step?.ms ?? startMs ?? maxKeepWarmMs);
}

function describeIdle(observation: ScalingObservation, count: number): string {
  const current = sizeOf(observation);
  const idle = idleLongestFirst(observation);
  const idleMs = observation.now - idle[count - 1]!;
  const keepMs = keepWarmMs(observation, current - count + 1);
  const what = `${count} of ${instances(current)} had nothing to do for ${seconds(idleMs)}`;
  if (keepMs === observation.maxKeepWarmMs) return what;
  return `${what}, and keeping one for more than ${seconds(keepMs)} costs more than the start that it saves`;
}

/**
 * Sorts the idle instances, the longest idle first. The youngest fall idle first, so the longest idle one is the last
 * of them all.
 */
function idleLongestFirst({ idleSince }: ScalingObservation): number[] {
  return [...idleSince].sort((a, b) => a - b);
}

function demandOf({ backlog, slotsPerInstance }: ScalingObservation): number {
  return Math.ceil(backlogSize(backlog) / slotsPerInstance);
}

function sizeOf({ starting, inService }: ScalingObservation): number {
  return starting + inService;
}

function instances(count: number): string {
  return `${count} instance${count === 1 ? '' : 's'}`;
}

/** Writes seconds: `42 s`, or `0.3 s` if a tenth matters. */
function seconds(ms: number): string {
  return `${ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1000)} s`;
}
