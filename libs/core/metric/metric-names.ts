import { BACKLOG_METRICS, SAGEMAKER_NAMESPACE, VARIANT_METRICS } from './endpoint-metrics.js';
import { EbbError } from '../errors.js';
import type { MetricId } from './metric.js';

/** What SageMaker measures of endpoints that are not asynchronous: known, though Ebb has no values of it. */
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
 * Raises `InvalidRequest` for a name that SageMaker does not measure anything under: whoever watches it would wait for
 * ever. Other namespaces may hold anything.
 */
export function checkMetricName({ namespace, name }: Pick<MetricId, 'namespace' | 'name'>): void {
  if (namespace !== SAGEMAKER_NAMESPACE || SAGEMAKER_METRICS.includes(name)) return;
  throw new EbbError(
    'InvalidRequest',
    `The metric ${name} is not known in the namespace ${namespace}, which has ${SAGEMAKER_METRICS.join(', ')}.`,
  );
}
