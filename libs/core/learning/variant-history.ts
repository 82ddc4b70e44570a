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

/** What has been learnt of one variant: how long its invocations and its starts take, and how its work comes. */
export interface VariantHistory {
  /** Milliseconds from lease to the container's last byte, of single invocations. */
  readonly service: Distribution;
  /** Milliseconds from launch to the first good ping. */
  readonly start: Distribution;
  readonly phases: Readonly<Partial<Record<StartPhase, Distribution>>>;
  readonly demand: DemandHistory;
  readonly arrivals: ArrivalHistory;
}

export const EMPTY_HISTORY: VariantHistory = {
  service: EMPTY_DISTRIBUTION,
  start: EMPTY_DISTRIBUTION,
  phases: {},
  demand: EMPTY_DEMAND,
  arrivals: EMPTY_ARRIVALS,
};

/** What a decision uses of a history; what is not known well enough is absent. A few numbers: every decision is kept. */
export interface VariantEstimates {
  /** What one invocation takes, as far as capacity goes: a mean that outliers cannot carry away. */
  readonly serviceMs?: number;
  /** What nine of ten invocations do not exceed. */
  readonly serviceHighMs?: number;
  /** What three of four starts do not exceed. */
  readonly startMs?: number;
  readonly arrivals?: readonly ArrivalRate[];
  /** How long to keep an idle instance, by how many there are: the first step that reaches the count holds. */
  readonly keepWarm?: readonly KeepWarmStep[];
  /** So many instances are worth launching as soon as there is work for them: it comes back often. */
  readonly worthwhile?: number;
}

/** From so many invocations on, their service times are an estimate; before, every queued one gets a slot. */
export const MIN_SERVED = 8;

/** Of service times, those above this quantile count as that quantile. */
const SERVICE_CLIP = 0.99;

export function withServiceTimes(history: VariantHistory, valuesMs: readonly number[], now: number): VariantHistory {
  return { ...history, service: observeAll(history.service, valuesMs, now) };
}

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

/** `demand` is how many instances the backlog could use at this moment, whatever there are. */
export function withDemand(history: VariantHistory, demand: number, now: number): VariantHistory {
  const changed = withDemandAt(history.demand, Math.ceil(demand), now);
  return changed === history.demand ? history : { ...history, demand: changed };
}

/** `count` invocations were accepted since it was last told. */
export function withArrivals(history: VariantHistory, count: number, now: number): VariantHistory {
  return count === 0 ? history : { ...history, arrivals: withArrivalsAt(history.arrivals, count, now) };
}

/** The same history with its weights rounded, as it is worth storing. */
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

/** `maxKeepWarmMs` bounds the idle times that are weighed. It costs a few hundredths of a millisecond. */
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
