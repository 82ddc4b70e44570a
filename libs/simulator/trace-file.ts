import type { Duration, UpperQuantile } from './duration.js';
import { FieldReader } from './field-reader.js';
import { type Arrivals, type Trace, endOf } from './trace.js';

/** The longest trace is a month. */
const SECONDS = { min: 0, max: 2_678_400 };
/** Every step takes some time, and SageMaker limits an invocation to an hour. */
const TAKEN_SECONDS = { min: 0.001, max: 3_600 };
const PER_SECOND = { min: 0, max: 10_000 };
const COUNT = { min: 1, max: 2_000_000, isWhole: true };
const SEED = { min: 0, max: 2 ** 32 - 1, isWhole: true };
const INSTANCES = { min: 0, max: 10_000, isWhole: true };

/**
 * Reads a trace as people write it, in seconds. Raises `InvalidRequest`, which names the file, the field and the rule.
 */
export function readTrace(json: unknown, fileName: string): Trace {
  const fields = FieldReader.of(json, fileName);
  fields.only(
    'name',
    'description',
    'seed',
    'start',
    'service',
    'slotsPerInstance',
    'bounds',
    'arrivals',
    'lastsSeconds',
  );
  const arrivals = fields.objects('arrivals').map(readArrivals);
  const endMs = Math.max(...arrivals.map(endOf));
  return {
    name: fields.text('name'),
    description: fields.text('description'),
    seed: fields.number('seed', SEED),
    start: readDuration(fields.object('start')),
    service: readDuration(fields.object('service')),
    slotsPerInstance: fields.number('slotsPerInstance', { min: 1, max: 1_000, isWhole: true }),
    bounds: readBounds(fields.object('bounds')),
    arrivals,
    lastsMs: fields.has('lastsSeconds')
      ? fields.number('lastsSeconds', { ...SECONDS, min: endMs / 1000 }) * 1000
      : endMs,
  };
}

function readBounds(fields: FieldReader): Trace['bounds'] {
  fields.only('minimum', 'maximum');
  const minimum = fields.number('minimum', INSTANCES);
  return { minimum, maximum: fields.number('maximum', { ...INSTANCES, min: Math.max(1, minimum) }) };
}

function readDuration(fields: FieldReader): Duration {
  const distribution = fields.oneOf('distribution', ['constant', 'lognormal', 'pareto']);
  if (distribution === 'constant') {
    fields.only('distribution', 'seconds');
    return { distribution, ms: fields.number('seconds', TAKEN_SECONDS) * 1000 };
  }
  const medianMs = fields.number('medianSeconds', TAKEN_SECONDS) * 1000;
  const upper = readUpper(fields, medianMs);
  if (distribution === 'lognormal') {
    fields.only('distribution', 'medianSeconds', 'p95Seconds', 'p99Seconds');
    return { distribution, medianMs, upper };
  }
  fields.only('distribution', 'medianSeconds', 'p95Seconds', 'p99Seconds', 'maximumSeconds');
  const maximumMs = fields.number('maximumSeconds', { ...TAKEN_SECONDS, min: upper.ms / 1000 }) * 1000;
  return { distribution, medianMs, upper, maximumMs };
}

/** Reads one of the two upper points. A curve through the median has a shape only if the upper point is larger. */
function readUpper(fields: FieldReader, medianMs: number): UpperQuantile {
  if (fields.has('p95Seconds') && fields.has('p99Seconds')) {
    throw fields.mistake(
      'p99Seconds',
      'must not be given together with p95Seconds: the curve goes through one of them',
    );
  }
  const [share, field] = fields.has('p99Seconds') ? ([0.99, 'p99Seconds'] as const) : ([0.95, 'p95Seconds'] as const);
  const ms = fields.number(field, TAKEN_SECONDS) * 1000;
  if (ms <= medianMs) throw fields.mistake(field, `must be more than medianSeconds (${medianMs / 1000})`);
  return { share, ms };
}

function readArrivals(fields: FieldReader): Arrivals {
  if (fields.has('poisson')) {
    fields.only('poisson');
    return { kind: 'poisson', rates: readRates(fields) };
  }
  fields.only('atSeconds', 'count', 'overSeconds');
  return {
    kind: 'batch',
    atMs: fields.number('atSeconds', SECONDS) * 1000,
    count: fields.number('count', COUNT),
    overMs: fields.has('overSeconds') ? fields.number('overSeconds', SECONDS) * 1000 : 0,
  };
}

/** Reads at least two points, each later than the one before. */
function readRates(fields: FieldReader): Extract<Arrivals, { kind: 'poisson' }>['rates'] {
  const points = fields.objects('poisson');
  if (points.length < 2) throw fields.mistake('poisson', 'must have at least two points: the beginning and the end');
  let beforeSeconds = -1;
  return points.map((point) => {
    point.only('atSeconds', 'perSecond');
    const atSeconds = point.number('atSeconds', SECONDS);
    if (atSeconds <= beforeSeconds) throw point.mistake('atSeconds', 'must be more than that of the point before');
    beforeSeconds = atSeconds;
    return { atMs: atSeconds * 1000, perSecond: point.number('perSecond', PER_SECOND) };
  });
}
