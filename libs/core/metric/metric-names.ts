import { BACKLOG_METRICS, SAGEMAKER_NAMESPACE, VARIANT_METRICS } from './endpoint-metrics.js';
import { EbbError } from '../errors.js';
import type { MetricId } from './metric.js';

/** SageMaker's metrics of endpoints that are not asynchronous: Ebb knows their names but has no values for them. */
const REAL_TIME_METRICS = [
  'ConcurrentRequestsPerCopy',
  'ConcurrentRequestsPerModel',
  'Invocations',
  'InvocationsPerCopy',
  'InvocationsPerInstance',
  'InvocationModelErrors',
  'ModelSetupTime',
  'NoCapacityInvocationFailures',
  'OverheadLatency',
];

const SAGEMAKER_METRICS: readonly string[] = [
  ...Object.keys(BACKLOG_METRICS),
  ...Object.keys(VARIANT_METRICS),
  ...REAL_TIME_METRICS,
];

/**
 * Raises `InvalidRequest` for a metric name that SageMaker does not have, because an alarm on it would never see data.
 * Other namespaces may hold any name.
 */
export function checkMetricName({ namespace, name }: Pick<MetricId, 'namespace' | 'name'>): void {
  if (namespace !== SAGEMAKER_NAMESPACE || SAGEMAKER_METRICS.includes(name)) return;
  throw new EbbError(
    'InvalidRequest',
    `The metric ${name} is not known in the namespace ${namespace}, which has ${SAGEMAKER_METRICS.join(', ')}.`,
  );
}
