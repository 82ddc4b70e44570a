import { type Backlog, backlogSize } from '../invocation/backlog.js';
import type { MetricId, MetricUnit } from './metric.js';

/** The namespace of SageMaker's metrics of endpoints. */
export const SAGEMAKER_NAMESPACE = 'AWS/SageMaker';

/** The namespace of the metrics that only Ebb has. */
export const EBB_NAMESPACE = 'Ebb';

/** The gauges of an asynchronous endpoint, sampled every second; their only dimension is `EndpointName`. */
export const BACKLOG_METRICS = {
  ApproximateBacklogSize: 'Count',
  ApproximateBacklogSizePerInstance: 'Count',
  ApproximateAgeOfOldestRequest: 'Seconds',
  HasBacklogWithoutCapacity: 'Count',
} as const satisfies Record<string, MetricUnit>;
export type BacklogMetric = keyof typeof BACKLOG_METRICS;

/** The metrics of invocations; their dimensions are `EndpointName` and `VariantName`. */
export const VARIANT_METRICS = {
  RequestDownloadFailures: 'Count',
  ResponseUploadFailures: 'Count',
  NotificationFailures: 'Count',
  RequestDownloadLatency: 'Microseconds',
  ResponseUploadLatency: 'Microseconds',
  ExpiredRequests: 'Count',
  InvocationFailures: 'Count',
  InvocationsProcessed: 'Count',
  TimeInBacklog: 'Milliseconds',
  TotalProcessingTime: 'Milliseconds',
  Invocation4XXErrors: 'None',
  Invocation5XXErrors: 'None',
  ModelLatency: 'Microseconds',
} as const satisfies Record<string, MetricUnit>;
export type VariantMetric = keyof typeof VARIANT_METRICS;

/** The metrics of a variant that only Ebb has, in its own namespace and with the same dimensions. */
export const EBB_VARIANT_METRICS = {
  InstanceStarts: 'Count',
  InstanceStartFailures: 'Count',
  InstanceStartTime: 'Milliseconds',
} as const satisfies Record<string, MetricUnit>;
export type EbbVariantMetric = keyof typeof EBB_VARIANT_METRICS;

/** Names a backlog gauge of one endpoint. */
export function backlogMetric(name: BacklogMetric, endpointName: string): MetricId {
  return { namespace: SAGEMAKER_NAMESPACE, name, dimensions: { EndpointName: endpointName } };
}

/** Names a metric of one variant's invocations. */
export function variantMetric(name: VariantMetric, endpointName: string, variantName: string): MetricId {
  return {
    namespace: SAGEMAKER_NAMESPACE,
    name,
    dimensions: { EndpointName: endpointName, VariantName: variantName },
  };
}

/** Names one of Ebb's own metrics of a variant. */
export function ebbVariantMetric(name: EbbVariantMetric, endpointName: string, variantName: string): MetricId {
  return { namespace: EBB_NAMESPACE, name, dimensions: { EndpointName: endpointName, VariantName: variantName } };
}

/**
 * Returns the gauges at one moment. Only instances in service count as capacity. At zero instances the backlog per
 * instance is the whole backlog, as if there were one instance, so that a policy sees it grow.
 */
export function backlogGauges(
  backlog: Backlog,
  inService: number,
  now: number,
): Readonly<Record<BacklogMetric, number>> {
  const size = backlogSize(backlog);
  const { oldestAcceptedAt } = backlog;
  return {
    ApproximateBacklogSize: size,
    ApproximateBacklogSizePerInstance: size / Math.max(1, inService),
    ApproximateAgeOfOldestRequest: oldestAcceptedAt === undefined ? 0 : Math.max(0, now - oldestAcceptedAt) / 1000,
    HasBacklogWithoutCapacity: size > 0 && inService === 0 ? 1 : 0,
  };
}
