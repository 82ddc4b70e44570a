import { EbbError } from '../core/errors.js';
import { chance } from './chance.js';
import { draw } from './duration.js';
import type { RatePoint, Trace } from './trace.js';

/** The work of a trace, drawn once, so that every contender sees the same. Sorted by arrival. */
export interface Workload {
  readonly acceptedAt: Float64Array;
  readonly serviceMs: Float64Array;
}

/** The most invocations of a trace: they fit into memory several times over, and are simulated in half a minute. */
export const MAX_INVOCATIONS = 2_000_000;

/** Streams of random numbers that must not depend on one another. */
const ARRIVALS_STREAM = 0x41;
const SERVICE_STREAM = 0x53;
const START_STREAM = 0x4c;

/** Draws the work of a trace. Raises `InvalidRequest` if there are more invocations than `MAX_INVOCATIONS`. */
export function workloadOf(trace: Trace): Workload {
  const acceptedAt = arrivalsOf(trace);
  const next = chance(streamSeed(trace, SERVICE_STREAM));
  return { acceptedAt, serviceMs: acceptedAt.map(() => draw(trace.service, next)) };
}

/** Returns the durations of the first, the second, … start. Each run draws them anew, in the same order. */
export function startTimes(trace: Trace): () => number {
  const next = chance(streamSeed(trace, START_STREAM));
  return () => draw(trace.start, next);
}

function arrivalsOf(trace: Trace): Float64Array {
  const times: number[] = [];
  const next = chance(streamSeed(trace, ARRIVALS_STREAM));
  for (const arrivals of trace.arrivals) {
    if (arrivals.kind === 'poisson') addPoisson(times, arrivals.rates, next);
    else {
      const { atMs, count, overMs } = arrivals;
      for (let i = 0; i < count; i += 1) add(times, atMs + (overMs * i) / count);
    }
  }
  return Float64Array.from(times).sort();
}

/** Draws arrivals at the highest rate of each stretch, thinned to the rate of the moment. */
function addPoisson(times: number[], rates: readonly RatePoint[], next: () => number): void {
  for (const [index, to] of rates.entries()) {
    const from = rates[index - 1];
    if (!from) continue;
    const highest = Math.max(from.perSecond, to.perSecond) / 1000;
    if (highest === 0) continue;
    const slope = (to.perSecond - from.perSecond) / 1000 / (to.atMs - from.atMs);
    for (let at = from.atMs - Math.log(1 - next()) / highest; at < to.atMs; at -= Math.log(1 - next()) / highest) {
      const rate = from.perSecond / 1000 + slope * (at - from.atMs);
      if (next() * highest < rate) add(times, at);
    }
  }
}

function add(times: number[], at: number): void {
  if (times.length === MAX_INVOCATIONS) {
    throw new EbbError('InvalidRequest', `arrivals must come to at most ${MAX_INVOCATIONS} invocations.`);
  }
  times.push(at);
}

function streamSeed({ seed }: Trace, stream: number): number {
  return Math.imul(seed ^ (stream << 24), 0x9e3779b1) >>> 0;
}
