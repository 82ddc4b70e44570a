import { expect, it } from 'vitest';
import { type Sample, formatExposition } from './prometheus.js';
import { type MeteredEndpoint, endpointFamilies, processFamilies } from './prometheus-families.js';

it('writes each family as its help, its type and its samples, one a line', () => {
  const text = formatExposition([
    {
      name: 'jobs',
      help: 'Jobs.',
      type: 'gauge',
      samples: [
        { labels: { queue: 'a', kind: 'x' }, value: 3 },
        { labels: {}, value: 0.5 },
      ],
    },
    {
      name: 'wait_seconds',
      help: 'Wait.',
      type: 'summary',
      samples: [
        { suffix: '_sum', labels: {}, value: 1e21 },
        { suffix: '_count', labels: {}, value: 2 },
      ],
    },
    { name: 'none', help: 'None.', type: 'counter', samples: [] },
  ]);
  expect(text).toBe(`# HELP jobs Jobs.
# TYPE jobs gauge
jobs{queue="a",kind="x"} 3
jobs 0.5
# HELP wait_seconds Wait.
# TYPE wait_seconds summary
wait_seconds_sum 1e+21
wait_seconds_count 2
`);
});

it('escapes characters that would end a line or a label, and spells out infinite numbers and NaN', () => {
  const samples: Sample[] = [
    { labels: { path: 'C:\\x "y"\nz' }, value: Infinity },
    { labels: {}, value: -Infinity },
    { labels: {}, value: NaN },
  ];
  expect(formatExposition([{ name: 'odd', help: 'a\\b\n"c"', type: 'gauge', samples }])).toBe(
    String.raw`# HELP odd a\\b\n"c"
# TYPE odd gauge
odd{path="C:\\x \"y\"\nz"} +Inf
odd -Inf
odd NaN
`,
  );
});

const QUIET: MeteredEndpoint = {
  endpointName: 'quiet',
  gauges: {
    ApproximateBacklogSize: 0,
    ApproximateBacklogSizePerInstance: 0,
    ApproximateAgeOfOldestRequest: 0,
    HasBacklogWithoutCapacity: 0,
  },
  variants: [{ variantName: 'main', instances: { starting: 1, inService: 2, draining: 3 } }],
};

it('shows endpoints in base units, and all counters of a variant together after its first event', () => {
  const busy: MeteredEndpoint = {
    endpointName: 'busy',
    gauges: { ...QUIET.gauges, ApproximateBacklogSize: 7 },
    variants: [
      {
        ...QUIET.variants[0]!,
        totals: new Map([
          ['InvocationsProcessed', { count: 4, sum: 4 }],
          ['Invocation5XXErrors', { count: 4, sum: 1 }],
          ['TimeInBacklog', { count: 4, sum: 2_500 }],
          ['ModelLatency', { count: 4, sum: 1_500_000 }],
        ]),
      },
    ],
  };
  const lines = formatExposition(endpointFamilies([QUIET, busy])).split('\n');
  const variant = '{endpoint_name="busy",variant_name="main"}';
  expect(lines).toEqual(
    expect.arrayContaining([
      'ebb_approximate_backlog_size{endpoint_name="quiet"} 0',
      'ebb_approximate_backlog_size{endpoint_name="busy"} 7',
      'ebb_instances{endpoint_name="quiet",variant_name="main",state="in_service"} 2',
      '# TYPE ebb_invocations_processed_total counter',
      `ebb_invocations_processed_total${variant} 4`,
      `ebb_invocation_5xx_errors_total${variant} 1`,
      `ebb_expired_requests_total${variant} 0`,
      '# TYPE ebb_time_in_backlog_seconds summary',
      `ebb_time_in_backlog_seconds_sum${variant} 2.5`,
      `ebb_time_in_backlog_seconds_count${variant} 4`,
      `ebb_model_latency_seconds_sum${variant} 1.5`,
    ]),
  );
  expect(lines.filter((line) => line.includes('quiet'))).toHaveLength(7);
});

it('follows the format: legal names, one group a family, no series twice', () => {
  const totals = new Map([['InvocationsProcessed', { count: 1, sum: 1 }]] as const);
  const active = { ...QUIET, variants: [{ ...QUIET.variants[0]!, totals }] };
  const figures = { cpuSeconds: 1.5, residentBytes: 1e8, startedAt: 1_767_225_600 };
  const text = formatExposition([...endpointFamilies([active]), ...processFamilies(figures)]);
  const groups = text
    .trimEnd()
    .split(/^# HELP .+\n/m)
    .slice(1);
  expect(groups).toHaveLength(4 + 1 + 16 + 3);
  const names = groups.map((group) => {
    const [type, ...samples] = group.trimEnd().split('\n');
    const [, name, kind] = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|summary)$/.exec(type!)!;
    expect(name!.endsWith('_total')).toBe(kind === 'counter');
    const own = new RegExp(`^${name}${kind === 'summary' ? '_(?:sum|count)' : ''}(?:\\{[^{}]+\\})? [0-9.e+]+$`);
    expect(samples.filter((sample) => !own.test(sample))).toEqual([]);
    expect(new Set(samples.map((sample) => sample.split(' ')[0])).size).toBe(samples.length);
    return name;
  });
  expect(new Set(names).size).toBe(names.length);
});
