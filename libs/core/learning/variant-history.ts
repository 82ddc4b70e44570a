import { type ArrivalHistory, type ArrivalRate, EMPTY_ARRIVALS, arrivalRates, withArrivalsAt } from './arrivals.js';
import { type DemandHistory, EMPTY_DEMAND, withDemandAt } from './demand-levels.js';
import {
  type Distribution,
  EMPTY_DISTRIBUTION,
  meanUpTo,
  observeAll,
  quantile,
  rounded,
  sampleCount,
} from './distribution.js';
import type { StartPhase } from '../instance/start-phase.js';
import { type KeepWarmStep, keepWarmSteps, worthwhileInstances } from './keep-warm.js';

/** The learnt history of one variant: how long its invocations and its starts take, and how its work comes. */
export interface VariantHistory {
  /** Milliseconds from lease to the container's last byte, for single invocations. */
  readonly service: Distribution;
  /** Milliseconds from launch to the first good ping. */
  readonly start: Distribution;
  readonly phases: Readonly<Partial<Record<StartPhase, Distribution>>>;
  readonly demand: DemandHistory;
  readonly arrivals: ArrivalHistory;
}

/** The history of a new variant. */
export const EMPTY_HISTORY: VariantHistory = {
  service: EMPTY_DISTRIBUTION,
  start: EMPTY_DISTRIBUTION,
  phases: {},
  demand: EMPTY_DEMAND,
  arrivals: EMPTY_ARRIVALS,
};

/**
 * The estimates that a decision takes from a history; an estimate without enough history is absent. They are a few
 * numbers, because every decision is kept.
 */
export interface VariantEstimates {
  /** The time of one invocation for the purpose of capacity: a mean that outliers cannot distort. */
  readonly serviceMs?: number;
  /** The time that nine of ten invocations do not exceed. */
  readonly serviceHighMs?: number;
  /** The time that three of four starts do not exceed. */
  readonly startMs?: number;
  readonly arrivals?: readonly ArrivalRate[];
  /**
   * How long to keep an idle instance, by how many instances there are; the first step that reaches the count holds.
   */
  readonly keepWarm?: readonly KeepWarmStep[];
  /** How many instances are worth launching as soon as there is work for them, because it comes back often. */
  readonly worthwhile?: number;
}

/** The invocations from which service times are an estimate; before that, every queued invocation gets a slot. */
export const MIN_SERVED = 8;

/** Service times above this quantile count as that quantile. */
const SERVICE_CLIP = 0.99;

/** Returns the history with the service times of more invocations. */
export function withServiceTimes(history: VariantHistory, valuesMs: readonly number[], now: number): VariantHistory {
  return { ...history, service: observeAll(history.service, valuesMs, now) };
}

/** Returns the history with one more start, by its phases. */
export function withStart(
  history: VariantHistory,
  phasesMs: Readonly<Partial<Record<StartPhase, number>>>,
  now: number,
): VariantHistory {
  const phases = { ...history.phases };
  let total = 0;
  for (const [phase, ms] of Object.entries(phasesMs) as [StartPhase, number][]) {
    phases[phase] = observeAll(phases[phase] ?? EMPTY_DISTRIBUTION, [ms], now);
    total += ms;
  }
  return { ...history, phases, start: observeAll(history.start, [total], now) };
}

/** Returns the history with the present demand: how many instances the backlog could use, whatever their number is. */
export function withDemand(history: VariantHistory, demand: number, now: number): VariantHistory {
  const changed = withDemandAt(history.demand, Math.ceil(demand), now);
  return changed === history.demand ? history : { ...history, demand: changed };
}

/** Returns the history with `count` more invocations, accepted since the last call. */
export function withArrivals(history: VariantHistory, count: number, now: number): VariantHistory {
  return count === 0 ? history : { ...history, arrivals: withArrivalsAt(history.arrivals, count, now) };
}

/** Returns the history as it is stored, with its weights rounded. */
export function storedHistory(history: VariantHistory): VariantHistory {
  const { demand, phases, service, start } = history;
  const levels = Object.entries(demand.levels).map(
    ([level, { since, gaps, stays }]) => [level, { since, gaps: rounded(gaps), stays: rounded(stays) }] as const,
  );
  const times = Object.entries(phases).map(([phase, distribution]) => [phase, rounded(distribution)] as const);
  return {
    ...history,
    service: rounded(service),
    start: rounded(start),
    phases: Object.fromEntries(times),
    demand: { ...demand, levels: Object.fromEntries(levels) },
  };
}

/**
 * Returns the estimates that a history allows. `maxKeepWarmMs` limits the idle times that are weighed. It takes a few
 * hundredths of a millisecond.
 */
export function estimatesOf(history: VariantHistory, maxKeepWarmMs: number, now: number): VariantEstimates {
  const startMs = quantile(history.start, 0.75);
  const isServiceKnown = sampleCount(history.service) >= MIN_SERVED;
  return {
    ...(isServiceKnown && {
      serviceMs: meanUpTo(history.service, quantile(history.service, SERVICE_CLIP) ?? 0),
      serviceHighMs: quantile(history.service, 0.9),
    }),
    ...(startMs !== undefined && {
      startMs,
      keepWarm: keepWarmSteps(history.demand, startMs, maxKeepWarmMs),
      worthwhile: worthwhileInstances(history.demand, startMs, maxKeepWarmMs),
    }),
    arrivals: arrivalRates(history.arrivals, now),
  };
}
