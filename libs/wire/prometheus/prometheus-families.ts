import {
  type BacklogMetric,
  EBB_VARIANT_METRICS,
  type EbbVariantMetric,
  VARIANT_METRICS,
  type VariantMetric,
} from '../../core/metric/endpoint-metrics.js';
import type { MetricUnit } from '../../core/metric/metric.js';
import type { MetricFamily, Sample } from './prometheus.js';

type EventMetric = VariantMetric | EbbVariantMetric;

/** An endpoint as it stands: its gauges, and for each variant its instances and its totals since the start. */
export interface MeteredEndpoint {
  readonly endpointName: string;
  readonly gauges: Readonly<Record<BacklogMetric, number>>;
  readonly variants: readonly MeteredVariant[];
}

/** A variant of a metered endpoint. */
export interface MeteredVariant {
  readonly variantName: string;
  readonly instances: { readonly starting: number; readonly inService: number; readonly draining: number };
  /** Absent until the first event. */
  readonly totals?: ReadonlyMap<EventMetric, { readonly count: number; readonly sum: number }>;
}

/**
 * Returns the metric families of all endpoints: CloudWatch's names in Prometheus's spelling and base units. All
 * counters of a variant appear together, after its first event.
 */
export function endpointFamilies(endpoints: readonly MeteredEndpoint[]): MetricFamily[] {
  const gauges = Object.entries(GAUGES) as [BacklogMetric, Naming][];
  const events = Object.entries(EVENTS) as [EventMetric, Naming][];
  return [
    ...gauges.map(([metric, naming]) => gaugeFamily(metric, naming, endpoints)),
    instancesFamily(endpoints),
    ...events.map(([metric, naming]) => eventFamily(metric, naming, endpoints)),
  ];
}

interface Naming {
  readonly name: string;
  readonly help: string;
}

const GAUGES: Readonly<Record<BacklogMetric, Naming>> = {
  ApproximateBacklogSize: { name: 'approximate_backlog_size', help: 'Invocations that wait or run.' },
  ApproximateBacklogSizePerInstance: {
    name: 'approximate_backlog_size_per_instance',
    help: 'Invocations that wait or run, divided by the instances in service, or by one if there are none.',
  },
  ApproximateAgeOfOldestRequest: {
    name: 'approximate_age_of_oldest_request_seconds',
    help: 'How long the oldest invocation has been waiting.',
  },
  HasBacklogWithoutCapacity: {
    name: 'has_backlog_without_capacity',
    help: 'Whether invocations wait while no instance is in service.',
  },
};

const EVENTS: Readonly<Record<EventMetric, Naming>> = {
  InvocationsProcessed: {
    name: 'invocations_processed',
    help: 'Invocations that ran to their end, successful or not.',
  },
  InvocationFailures: { name: 'invocation_failures', help: 'Invocations that failed or expired.' },
  ExpiredRequests: { name: 'expired_requests', help: 'Invocations whose time to live ended before they ran.' },
  RequestDownloadFailures: { name: 'request_download_failures', help: 'Inputs that could not be read.' },
  ResponseUploadFailures: { name: 'response_upload_failures', help: 'Outputs that could not be written.' },
  NotificationFailures: { name: 'notification_failures', help: 'Notifications that Ebb gave up.' },
  Invocation4XXErrors: { name: 'invocation_4xx_errors', help: 'Responses of containers with a status of 400 to 499.' },
  Invocation5XXErrors: { name: 'invocation_5xx_errors', help: 'Responses of containers with a status of 500 or more.' },
  TimeInBacklog: { name: 'time_in_backlog', help: 'Time from acceptance until an instance takes the invocation.' },
  TotalProcessingTime: { name: 'total_processing_time', help: 'Time from acceptance until the result is recorded.' },
  RequestDownloadLatency: { name: 'request_download_latency', help: 'Time until storage begins to send the input.' },
  ModelLatency: { name: 'model_latency', help: 'Time from the request to the container until its last byte.' },
  ResponseUploadLatency: {
    name: 'response_upload_latency',
    help: 'Time from the last byte until the output is in place.',
  },
  InstanceStarts: { name: 'instance_starts', help: 'Instances that came into service.' },
  InstanceStartFailures: { name: 'instance_start_failures', help: 'Instances that ended before they were of any use.' },
  InstanceStartTime: {
    name: 'instance_start_time',
    help: 'Time from the launch of an instance until it is in service.',
  },
};

const UNITS: Readonly<Record<EventMetric, MetricUnit>> = { ...VARIANT_METRICS, ...EBB_VARIANT_METRICS };

/** The number of a time unit in one second. Metrics in other units are counted. */
const PER_SECOND: Partial<Readonly<Record<MetricUnit, number>>> = { Milliseconds: 1e3, Microseconds: 1e6 };

function gaugeFamily(metric: BacklogMetric, naming: Naming, endpoints: readonly MeteredEndpoint[]): MetricFamily {
  const samples = endpoints.map(({ endpointName, gauges }) => ({
    labels: { endpoint_name: endpointName },
    value: gauges[metric],
  }));
  return { name: `ebb_${naming.name}`, help: naming.help, type: 'gauge', samples };
}

function instancesFamily(endpoints: readonly MeteredEndpoint[]): MetricFamily {
  const samples = ofVariants(endpoints, ({ instances }, labels) => [
    { labels: { ...labels, state: 'starting' }, value: instances.starting },
    { labels: { ...labels, state: 'in_service' }, value: instances.inService },
    { labels: { ...labels, state: 'draining' }, value: instances.draining },
  ]);
  return { name: 'ebb_instances', help: 'Instances by state.', type: 'gauge', samples };
}

function eventFamily(metric: EventMetric, naming: Naming, endpoints: readonly MeteredEndpoint[]): MetricFamily {
  const perSecond = PER_SECOND[UNITS[metric]];
  const samples = ofVariants(endpoints, ({ totals }, labels): Sample[] => {
    if (!totals) return [];
    const { count, sum } = totals.get(metric) ?? { count: 0, sum: 0 };
    if (perSecond === undefined) return [{ labels, value: sum }];
    return [
      { suffix: '_sum', labels, value: sum / perSecond },
      { suffix: '_count', labels, value: count },
    ];
  });
  return perSecond === undefined
    ? { name: `ebb_${naming.name}_total`, help: naming.help, type: 'counter', samples }
    : { name: `ebb_${naming.name}_seconds`, help: naming.help, type: 'summary', samples };
}

function ofVariants(
  endpoints: readonly MeteredEndpoint[],
  samplesOf: (variant: MeteredVariant, labels: Readonly<Record<string, string>>) => Sample[],
): Sample[] {
  return endpoints.flatMap(({ endpointName, variants }) =>
    variants.flatMap((variant) =>
      samplesOf(variant, { endpoint_name: endpointName, variant_name: variant.variantName }),
    ),
  );
}

/** The figures of the process that the `process_*` families show. */
export interface ProcessFigures {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** In seconds since the epoch. */
  readonly startedAt: number;
}

/** Returns the `process_*` families, with the names of Prometheus's own client libraries. */
export function processFamilies({ cpuSeconds, residentBytes, startedAt }: ProcessFigures): MetricFamily[] {
  return [
    {
      name: 'process_cpu_seconds_total',
      help: 'Time that the process has spent on processors.',
      type: 'counter',
      samples: [{ labels: {}, value: cpuSeconds }],
    },
    {
      name: 'process_resident_memory_bytes',
      help: 'Memory that the process holds.',
      type: 'gauge',
      samples: [{ labels: {}, value: residentBytes }],
    },
    {
      name: 'process_start_time_seconds',
      help: 'When the process started, since the epoch.',
      type: 'gauge',
      samples: [{ labels: {}, value: startedAt }],
    },
  ];
}
