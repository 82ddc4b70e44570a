import type { AttemptEnd } from '../../core/invocation/attempt.js';
import type { VariantMetric } from '../../core/metric/endpoint-metrics.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import type { AttemptTimings } from './attempt-timings.js';
import type { Meter } from '../metric/meter.js';

/** How an invocation came to its end. */
export interface SettledAttempt {
  readonly end: AttemptEnd;
  readonly settledAt: number;
  /** How long it took to make the result visible. */
  readonly showMs: number;
}

/**
 * What a settled invocation adds to the metrics of the variant that ran it, or would have. One that expired has failed but
 * was not processed; an attempt that went back to the backlog adds nothing.
 */
export function measureInvocation(
  meter: Pick<Meter, 'add'>,
  invocation: Invocation,
  variantName: string,
  timings: AttemptTimings,
  { end, settledAt, showMs }: SettledAttempt,
): void {
  const { acceptedAt, endpointName, startedAt = acceptedAt } = invocation;
  const add = (name: VariantMetric, value: number): void => meter.add(name, endpointName, variantName, value);
  if (end.kind !== 'succeeded') add('InvocationFailures', 1);
  if (end.kind === 'expired') {
    add('ExpiredRequests', 1);
    return;
  }
  add('InvocationsProcessed', 1);
  if (end.kind === 'input-unreadable') add('RequestDownloadFailures', 1);
  if (end.kind === 'output-unwritable') add('ResponseUploadFailures', 1);
  add('TimeInBacklog', startedAt - acceptedAt);
  add('TotalProcessingTime', settledAt - acceptedAt);
  if (timings.downloadMs !== undefined) add('RequestDownloadLatency', microseconds(timings.downloadMs));
  if (timings.modelMs === undefined) return;
  add('ModelLatency', microseconds(timings.modelMs));
  // Zero where there was no error, so that the average is the share of errors, as with SageMaker's.
  const status = end.kind === 'model-error' ? end.status : 200;
  add('Invocation4XXErrors', status >= 400 && status < 500 ? 1 : 0);
  add('Invocation5XXErrors', status >= 500 ? 1 : 0);
  if (end.kind === 'succeeded') add('ResponseUploadLatency', microseconds((timings.storeMs ?? 0) + showMs));
}

function microseconds(ms: number): number {
  return ms * 1000;
}
