import { expectedArrivals } from '../learning/arrivals.js';
import { WAIT_WEIGHT } from '../learning/keep-warm.js';
import type { ScalingObservation } from './scaling-observation.js';

/**
 * A forecast, with the present capacity, for the moment at which an instance that is launched now would come into
 * service.
 */
export interface CapacityForecast {
  /** How long from now that moment is. */
  readonly startMs: number;
  /** How many invocations will be queued then, including those that are expected to arrive. */
  readonly queued: number;
  /** How long the last of them would then still wait without another instance. */
  readonly waitMs: number;
  /** How long the promise lets it wait. */
  readonly allowedMs: number;
  /**
   * The least count of instances, present or on their way, that keeps the promise or comes as near to it as is
   * worthwhile.
   */
  readonly needed: number;
}

/** Returns the forecast; absent while service and start times are not known. */
export function forecastCapacity(observation: ScalingObservation): CapacityForecast | undefined {
  const { backlog, estimates, inService, slotsPerInstance, starting } = observation;
  const { arrivals = [], serviceMs, startMs } = estimates;
  if (serviceMs === undefined || startMs === undefined) return undefined;
  const arriving = expectedArrivals(arrivals, startMs);
  const begun = begunWithin(observation, serviceMs, startMs);
  const queued = backlog.queued === 0 ? 0 : Math.max(0, backlog.queued + arriving - begun);
  const allowedMs = allowedWaitMs(observation, serviceMs);
  const slots = (inService + starting) * slotsPerInstance;
  const waitMs = queued === 0 ? 0 : (queued * serviceMs) / slots;
  const inflow = (arriving * serviceMs) / startMs;
  const drain = (queued * serviceMs) / drainWithinMs(observation, serviceMs, startMs, allowedMs);
  const needed = queued === 0 ? 0 : Math.ceil((inflow + drain) / slotsPerInstance - ROUNDING);
  return { startMs, queued, waitMs, allowedMs, needed };
}

/** A whole number with a rounding error must not be rounded up. */
const ROUNDING = 1e-9;

/** Returns how many queued invocations the present capacity, including starting instances, begins within a time. */
function begunWithin(observation: ScalingObservation, serviceMs: number, withinMs: number): number {
  const { backlog, inService, now, runningForMs, slotsPerInstance, startingSince } = observation;
  const { running } = backlog;
  const free = Math.max(0, inService * slotsPerInstance - running);
  let begun = free * (1 + withinMs / serviceMs);
  if (running > 0) {
    // Invocations that began at different times have run for half a service time on average. Time beyond that half lets
    // the next ones begin earlier.
    const overMs = Math.min(serviceMs, runningForMs / running);
    begun += Math.max(0, running * ((withinMs + overMs) / serviceMs - 0.5));
  }
  for (const since of startingSince) {
    const servingMs = withinMs - remainingStartMs(now - since, withinMs);
    if (servingMs >= 0) begun += slotsPerInstance * (1 + servingMs / serviceMs);
  }
  return begun;
}

/** A start that takes longer than usual is expected to take a share of its age more. */
const LATE_SHARE = 0.25;

function remainingStartMs(ageMs: number, startMs: number): number {
  return Math.min(startMs, Math.max(startMs - ageMs, ageMs * LATE_SHARE));
}

/**
 * Returns how long the queued invocations may take to begin once new instances serve: the rest of the promise. If that
 * is little or nothing, waiting is shortened only as far as it pays. Below one service time an instance would find no
 * work for itself. Below the square root the starts would cost more than the waiting that they save (the minimum over N
 * of N starts and of the weighed waiting of a queue that N instances drain).
 */
function drainWithinMs(
  { backlog, now }: ScalingObservation,
  serviceMs: number,
  startMs: number,
  allowedMs: number,
): number {
  const waitedMs = Math.max(0, now - (backlog.oldestAcceptedAt ?? now));
  const payingMs = Math.sqrt((2 * startMs * serviceMs) / WAIT_WEIGHT);
  return Math.max(allowedMs - startMs - waitedMs, serviceMs, payingMs);
}

/**
 * Returns how long an invocation may wait. To be done in time, it must start earlier by the time that nearly all of
 * them take.
 */
function allowedWaitMs({ promise, estimates }: ScalingObservation, serviceMs: number): number {
  if (promise.kind === 'start') return promise.withinMs;
  return Math.max(0, promise.withinMs - (estimates.serviceHighMs ?? serviceMs));
}
