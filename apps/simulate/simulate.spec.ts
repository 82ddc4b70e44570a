import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XMLValidator } from 'fast-xml-parser';
import { afterAll, describe, expect, it } from 'vitest';
import { simulateCommand } from './simulate.js';

const folder = mkdtempSync(join(tmpdir(), 'simulate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TRACE = {
  name: 'ten',
  description: 'Ten at once.',
  seed: 1,
  start: { distribution: 'constant', seconds: 10 },
  service: { distribution: 'constant', seconds: 2 },
  slotsPerInstance: 1,
  bounds: { minimum: 0, maximum: 10 },
  arrivals: [{ atSeconds: 15, count: 10 }],
};
const TRACKING = {
  PolicyName: 'backlog',
  PolicyType: 'TargetTrackingScaling',
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue: 5,
    CustomizedMetricSpecification: {
      Namespace: 'AWS/SageMaker',
      MetricName: 'ApproximateBacklogSizePerInstance',
      Statistic: 'Average',
    },
  },
};
const STEP = {
  PolicyName: 'wake',
  PolicyType: 'StepScaling',
  StepScalingPolicyConfiguration: {
    AdjustmentType: 'ChangeInCapacity',
    StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
  },
};
const ALARM = {
  AlarmName: 'has-backlog',
  Namespace: 'AWS/SageMaker',
  MetricName: 'HasBacklogWithoutCapacity',
  Statistic: 'Average',
  Period: 60,
  EvaluationPeriods: 2,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  AlarmActions: ['wake'],
};

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function run(...args: string[]): { code: number; out: string; err: string } {
  const lines: Record<'out' | 'err', string[]> = { out: [], err: [] };
  const code = simulateCommand(args, { out: (text) => lines.out.push(text), err: (text) => lines.err.push(text) });
  return { code, out: lines.out.join('\n'), err: lines.err.join('\n') };
}

const trace = file('trace.json', TRACE);
const withPolicy = (content: unknown): string[] => ['--trace', trace, '--policy', file('bad-policy.json', content)];
const badTrace = (of: object): string[] => ['--trace', file('bad-trace.json', { ...TRACE, ...of })];

describe('npm run simulate', () => {
  it('prints the outcome of a trace under Ebb with its defaults', () => {
    const { code, out } = run('--trace', trace);
    expect(code).toBe(0);
    expect(out).toContain('ten: 10 invocations, 0 to 10 instances. Ten at once.');
    expect(out).toMatch(/^ebb +10\.00 +10\.00 +10\.00 +10\.00 /m);
  });

  it('prints the same each time, and prints numbers as JSON', () => {
    const first = run('--trace', trace, '--json');
    expect(run('--trace', trace, '--json')).toEqual(first);
    expect(JSON.parse(first.out)).toMatchObject({ contender: 'ebb', waitSeconds: { p95: 10 }, starts: 10 });
  });

  it('draws the run', () => {
    const svg = join(folder, 'run.svg');
    expect(run('--trace', trace, '--svg', svg).code).toBe(0);
    expect(XMLValidator.validate(readFileSync(svg, 'utf8'))).toBe(true);
  });

  it('compares Ebb with all other autoscalers, with a verdict', () => {
    const { out } = run('--compare', '--trace', trace);
    for (const name of ['ebb', 'cortex', 'keda', 'keda-1', 'knative', 'ray-serve', 'sagemaker']) {
      expect(out).toMatch(new RegExp(`^[* ] ${name} +[0-9.]+ `, 'm'));
    }
    expect(out).toMatch(/^(ok|WORSE): ebb is .* against /m);
    const [comparison] = JSON.parse(run('--compare', '--trace', trace, '--json').out) as Record<string, unknown>[];
    expect(comparison).toMatchObject({ trace: 'ten', verdict: { holds: expect.any(Boolean) as boolean } });
  });

  it('writes the tables into a page, in place of the last ones', () => {
    const page = file(
      'page.md',
      '# Page\n\n<!-- simulate: from here -->\nYesterday\n<!-- simulate: to here -->\n\nThe end.\n',
    );
    expect(run('--compare', '--trace', trace, '--into', page)).toEqual({ code: 0, out: '', err: '' });
    const text = readFileSync(page, 'utf8');
    expect(text).toMatch(/^# Page\n\n<!-- simulate: from here -->\n\n```text\nten: 10 invocations[^]*The end\.\n$/);
    expect(text).not.toContain('Yesterday');
    run('--compare', '--trace', trace, '--into', page);
    expect(readFileSync(page, 'utf8')).toBe(text);
  });

  it('runs a single comparator alone', () => {
    expect(run('--trace', trace, '--under', 'cortex').out).toMatch(/^cortex /m);
  });

  it.each([
    ['a promise', { startWithinSeconds: 30, keepWarmSeconds: 60 }, '--json', /starts within 30 s, .* at most 60 s/],
    ['another promise', { doneWithinSeconds: 60 }, '--json', /is done within 60 s/],
    [
      'scaling policies',
      { pace: 'aws', policies: [TRACKING, STEP], alarms: [ALARM] },
      '--json',
      /backlog, wake at the pace aws/,
    ],
  ])('takes %s', (_, policy, flag, settings) => {
    const { code, err, out } = run('--trace', trace, '--policy', file('policy.json', policy), flag);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect((JSON.parse(out) as { settings: string }).settings).toMatch(settings);
  });

  it("acts on the alarms of the policy file: at AWS's pace the step comes after two minutes of backlog", () => {
    const policy = file('policy.json', { pace: 'aws', policies: [TRACKING, STEP], alarms: [ALARM] });
    const { waitSeconds } = JSON.parse(run('--trace', trace, '--policy', policy, '--json').out) as {
      waitSeconds: { p50: number };
    };
    // The backlog began within the first minute; the first two whole minutes of it are over at 180 s.
    expect(waitSeconds.p50).toBeGreaterThanOrEqual(120);
    expect(waitSeconds.p50).toBeLessThan(200);
  });

  it('prints its help', () => {
    const { code, out } = run('--help');
    expect(code).toBe(0);
    expect(out).toContain('--compare');
    expect(out).toContain('working-day');
  });
});

describe('npm run simulate, with invalid input', () => {
  it.each<[string, () => string[], RegExp]>([
    ['no trace', () => [], /--trace is required/],
    ['an unknown option', () => ['--trcae', 'x'], /Unknown option '--trcae'/],
    [
      'no such file',
      () => ['--trace', 'nowhere.json'],
      /nowhere\.json: there is no such file; the shipped traces are .*spikes/,
    ],
    ['a file that is not JSON', () => ['--trace', file('no.json', '{')], /no\.json: is not JSON/],
    ['an unknown field', () => badTrace({ seeds: 1 }), /bad-trace\.json: seeds is unknown/],
    ['a field of the wrong kind', () => badTrace({ slotsPerInstance: 0 }), /slotsPerInstance must be .*; it is 0/],
    ['a field inside', () => badTrace({ bounds: { minimum: 3, maximum: 2 } }), /bounds\.maximum must be .*; it is 2/],
    ['an invalid seed', () => ['--trace', trace, '--seed', '1.5'], /--seed must be a whole number .*; it is '1\.5'/],
    ['a chart of many runs', () => ['--compare', '--svg', 'x.svg'], /--svg draws a single run/],
    ['a page for a single run', () => ['--trace', trace, '--into', 'x.md'], /--into puts the tables of --compare/],
    ['a page without a place', () => ['--compare', '--trace', trace, '--into', file('no.md', '# No')], /has no line/],
    ['a file that cannot be written', () => ['--trace', trace, '--svg', join(folder, 'no/x.svg')], /cannot be written/],
    ['an unknown contender', () => ['--trace', trace, '--under', 'nobody'], /--under must be one of ebb, cortex/],
    [
      'two promises',
      () => withPolicy({ startWithinSeconds: 1, doneWithinSeconds: 2 }),
      /doneWithinSeconds must not come together/,
    ],
    [
      'a promise beside policies',
      () => withPolicy({ startWithinSeconds: 1, policies: [TRACKING] }),
      /must not come with policies/,
    ],
    ['a pace without policies', () => withPolicy({ pace: 'aws' }), /pace requires policies/],
    [
      'a policy without a name',
      () => withPolicy({ policies: [{ ...STEP, PolicyName: '' }] }),
      /policies\[0\]: .*policyName/,
    ],
    [
      'a policy without a rule',
      () => withPolicy({ policies: [{ PolicyName: 'x' }] }),
      /policies\[0\]: a policy configuration must/,
    ],
    [
      'an alarm that acts on an unknown policy',
      () => withPolicy({ policies: [STEP], alarms: [{ ...ALARM, AlarmActions: ['up'] }] }),
      /alarms\[0\]: an action must name one of the policies \(wake\); it is 'up'/,
    ],
    [
      'a metric that is not simulated',
      () => withPolicy({ policies: [STEP], alarms: [{ ...ALARM, MetricName: 'CPU' }] }),
      /CPU/,
    ],
  ])('exits with 2 and a reason, given %s', (_, args, message) => {
    const { code, err, out } = run(...args());
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });
});
