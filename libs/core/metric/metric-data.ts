import type { MetricQuery } from './metric-query.js';
import { EbbError } from '../errors.js';

/** What is asked of metrics and expressions over them (`GetMetricData`), a page at a time. */
export interface MetricDataRequest {
  readonly queries: readonly MetricQuery[];
  readonly from: number;
  readonly to: number;
  readonly newestFirst: boolean;
  /** The most datapoints of one page, of all lines together. */
  readonly limit: number;
  readonly after?: MetricDataPlace;
}

/** Where a page ended: in which of the lines that return data, and with the datapoint of what time. */
export interface MetricDataPlace {
  readonly line: number;
  readonly at: number;
}

/** What came of one line on one page. */
export interface MetricDataResult {
  readonly query: MetricQuery;
  readonly points: readonly { readonly at: number; readonly value: number }[];
  /** Whether no more of it is to come. */
  readonly isComplete: boolean;
}

export interface MetricDataPage {
  readonly results: readonly MetricDataResult[];
  /** Absent where this page is the last one. */
  readonly next?: MetricDataPlace;
}

/** The whole periods, counted from the epoch, that a stretch of time touches. Raises `InvalidRequest` for odd periods. */
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
