import type { VariantMetric } from '../../core/metric/endpoint-metrics.js';
import type { Meter } from '../metric/meter.js';
import type { Consequence, LeasedAttempt } from './settle-invocation.js';

/**
 * Adds a settled invocation to the metrics of the variant that ran it, or would have. An expired invocation counts as
 * failed, but not as processed. An attempt that went back to the backlog adds nothing.
 */
export function measureInvocation(
  meter: Pick<Meter, 'add'>,
  { invocation, attempt, variantName }: LeasedAttempt,
  consequence: Consequence,
): void {
  if (consequence.kind !== 'settled' || variantName === undefined) return;
  const { end, settledAt, showMs } = consequence;
  const { downloadMs, modelMs, storeMs = 0 } = attempt.timings ?? {};
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
  if (downloadMs !== undefined) add('RequestDownloadLatency', microseconds(downloadMs));
  if (modelMs === undefined) return;
  add('ModelLatency', microseconds(modelMs));
  // Zero if there was no error, so that the average is the share of errors, as in SageMaker.
  const status = end.kind === 'model-error' ? end.status : 200;
  add('Invocation4XXErrors', status >= 400 && status < 500 ? 1 : 0);
  add('Invocation5XXErrors', status >= 500 ? 1 : 0);
  if (end.kind === 'succeeded') add('ResponseUploadLatency', microseconds(storeMs + showMs));
}

function microseconds(ms: number): number {
  return ms * 1000;
}
