import type { StartPhase } from './instance.js';
import { type Distribution, EMPTY_DISTRIBUTION, observeAll, quantile } from './distribution.js';

/** What has been learnt of one variant: how long its invocations and its starts take. */
export interface VariantHistory {
  /** Milliseconds from lease to the container's last byte. */
  readonly service: Distribution;
  /** Milliseconds from launch to the first good ping. */
  readonly start: Distribution;
  readonly phases: Readonly<Partial<Record<StartPhase, Distribution>>>;
}

export const EMPTY_HISTORY: VariantHistory = { service: EMPTY_DISTRIBUTION, start: EMPTY_DISTRIBUTION, phases: {} };

/** What a decision uses of a history. */
export interface VariantEstimates {
  readonly serviceMs?: number;
  readonly startMs?: number;
}

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
  void demand;
  void now;
  return history;
}

export function estimatesOf(history: VariantHistory): VariantEstimates {
  return { serviceMs: quantile(history.service, 0.75), startMs: quantile(history.start, 0.75) };
}
