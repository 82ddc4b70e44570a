import { type Datapoint, mergeStatistics } from '../../core/metric/metric.js';

/** One second in milliseconds, the shortest step of the meter. */
export const SECOND_MS = 1_000;

/** Returns the start of the step of `stepMs` in which a time lies. */
export function startOf(at: number, stepMs: number): number {
  return at - (at % stepMs);
}

/**
 * Folds datapoints into periods that are counted from `from`, oldest first. Datapoints of different units are folded
 * together.
 */
export function foldPeriods(points: Iterable<Datapoint>, from: number, periodMs: number): Datapoint[] {
  const periods = new Map<number, Datapoint>();
  for (const point of points) {
    const at = from + startOf(point.at - from, periodMs);
    const before = periods.get(at);
    const set = before ? mergeStatistics(before, point) : point;
    periods.set(at, { ...set, at, unit: before?.unit ?? point.unit });
  }
  return [...periods.values()].sort((a, b) => a.at - b.at);
}
