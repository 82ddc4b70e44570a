import type { MetricQuery } from './metric-query.js';
import { EbbError } from '../errors.js';

/** A request for metrics and expressions over them (`GetMetricData`), one page at a time. */
export interface MetricDataRequest {
  readonly queries: readonly MetricQuery[];
  readonly from: number;
  readonly to: number;
  readonly newestFirst: boolean;
  /** The most datapoints on one page, over all lines together. */
  readonly limit: number;
  readonly after?: MetricDataPlace;
}

/** The end of a page: the index of its last line among those that return data, and the time of its last datapoint. */
export interface MetricDataPlace {
  readonly line: number;
  readonly at: number;
}

/** The result of one line on one page. */
export interface MetricDataResult {
  readonly query: MetricQuery;
  readonly points: readonly { readonly at: number; readonly value: number }[];
  /** True if no more datapoints of the line follow. */
  readonly isComplete: boolean;
}

/** One page of metric data. */
export interface MetricDataPage {
  readonly results: readonly MetricDataResult[];
  /** Absent on the last page. */
  readonly next?: MetricDataPlace;
}

/**
 * Returns the whole periods, counted from the epoch, that a span of time touches. Raises `InvalidRequest` for a period
 * that CloudWatch does not allow.
 */
export function wholePeriods(
  { from, to }: { readonly from: number; readonly to: number },
  periodSeconds: number,
): { readonly from: number; readonly to: number } {
  if (![1, 5, 10, 20, 30].includes(periodSeconds) && (periodSeconds <= 0 || periodSeconds % 60 !== 0)) {
    const rule = 'it must be 1, 5, 10, 20, 30 or a multiple of 60';
    throw new EbbError('InvalidRequest', `The period ${periodSeconds} is not valid: ${rule}.`);
  }
  const periodMs = periodSeconds * 1000;
  return { from: Math.floor(from / periodMs) * periodMs, to: Math.ceil(to / periodMs) * periodMs };
}
