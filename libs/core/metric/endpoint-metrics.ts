import { type Backlog, backlogSize } from '../invocation/backlog.js';
import type { MetricId, MetricUnit } from './metric.js';

/** The namespace of everything that SageMaker measures of endpoints. */
export const SAGEMAKER_NAMESPACE = 'AWS/SageMaker';

/** What Ebb measures beyond SageMaker. */
export const EBB_NAMESPACE = 'Ebb';

/** The gauges of an asynchronous endpoint, sampled each second; their one dimension is `EndpointName`. */
export const BACKLOG_METRICS = {
  ApproximateBacklogSize: 'Count',
  ApproximateBacklogSizePerInstance: 'Count',
  ApproximateAgeOfOldestRequest: 'Seconds',
  HasBacklogWithoutCapacity: 'Count',
} as const satisfies Record<string, MetricUnit>;
export type BacklogMetric = keyof typeof BACKLOG_METRICS;

/** What is measured of each invocation; the dimensions are `EndpointName` and `VariantName`. */
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

/** What Ebb measures of a variant beyond SageMaker, in its own namespace; same dimensions. */
export const EBB_VARIANT_METRICS = {
  InstanceStarts: 'Count',
  InstanceStartFailures: 'Count',
  InstanceStartTime: 'Milliseconds',
} as const satisfies Record<string, MetricUnit>;
export type EbbVariantMetric = keyof typeof EBB_VARIANT_METRICS;

export function backlogMetric(name: BacklogMetric, endpointName: string): MetricId {
  return { namespace: SAGEMAKER_NAMESPACE, name, dimensions: { EndpointName: endpointName } };
}

export function variantMetric(name: VariantMetric, endpointName: string, variantName: string): MetricId {
  return {
    namespace: SAGEMAKER_NAMESPACE,
    name,
    dimensions: { EndpointName: endpointName, VariantName: variantName },
  };
}

export function ebbVariantMetric(name: EbbVariantMetric, endpointName: string, variantName: string): MetricId {
  return { namespace: EBB_NAMESPACE, name, dimensions: { EndpointName: endpointName, VariantName: variantName } };
}

/**
 * The gauges at one moment. Only instances in service count as capacity. At zero instances the backlog per instance is
 * the backlog itself, as if one instance were there, so that a policy sees it grow.
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
