import { type DemandHistory, type DemandLevel, levelsOf } from './demand-levels.js';
import { type Distribution, forEachValue, meanUpTo, sampleCount } from './distribution.js';

/** How long an idle instance is kept where there are at most so many. */
export interface KeepWarmStep {
  readonly upTo: number;
  readonly ms: number;
}

/**
 * A second that somebody waits is worth as much as so many seconds of an idle instance: about what an hour of a person
 * costs against an hour of a small accelerator. It also says that an instance is worth having where it is needed for a
 * thirtieth of the time, so that nearly all work finds one.
 */
export const WAIT_WEIGHT = 30;

/** Fewer gaps than this say nothing of how long the next will be. */
const MIN_GAPS = 4;

/** Work must have come and gone this often before an instance is launched for more than the work in sight. */
const MIN_RETURNS = 8;

/** Neighbouring levels whose idle times differ by less than this share are told as one step. */
const STEP_SHARE = 0.2;

/**
 * How long to keep the n-th instance when it has nothing to do: rent or buy (the ski-rental problem), weighed by how
 * long work for n instances has stayed away so far. Keeping the youngest idle instances for a while after they fell idle
 * is what Gandhi and Harchol-Balter call DelayedOff; with an idle time for each level it leaves about as much headroom
 * as square-root staffing would, without a model of how work comes.
 */
export function keepWarmSteps(history: DemandHistory, startMs: number, maxMs: number): KeepWarmStep[] {
  const steps: KeepWarmStep[] = [];
  let stepMs = 0;
  for (const { level, at } of levelsOf(history).reverse()) {
    // Whenever there is work for more instances there is work for fewer: who is kept for those is kept for these.
    const ms = Math.max(steps[0]?.ms ?? 0, Math.round(keepWarmMs(level, at, startMs, maxMs)));
    if (steps.length === 0 || ms * (1 - STEP_SHARE) > stepMs) {
      steps.unshift({ upTo: level, ms });
      stepMs = ms;
    } else {
      // An idle time just covers a gap: it may be made longer for the sake of brevity, not shorter.
      steps[0] = { upTo: steps[0]!.upTo, ms };
    }
  }
  return steps;
}

/**
 * Without history an instance is kept as long as doing without it would cost, so that what is spent is at most twice
 * what knowing the future would have spent. It is never kept for less than the time of a start: to drop an instance
 * sooner than it could be had again is to flap.
 */
function keepWarmMs(level: number, at: DemandLevel, startMs: number, maxMs: number): number {
  const shortest = Math.min(startMs, maxMs);
  const missMs = costOfMiss(level, at, startMs);
  if (sampleCount(at.gaps) >= MIN_GAPS) return Math.max(shortest, cheapestKeep(at.gaps, missMs, maxMs).ms);
  // One burst makes work wait at every level that it reaches; that is no sign that it comes back.
  return level === 1 ? Math.min(missMs, maxMs) : shortest;
}

/**
 * What it costs not to have the n-th instance when work comes for it, in instance-milliseconds: a start, and the
 * waiting, until the start is over or another instance has taken the work. The first has no other.
 */
function costOfMiss(level: number, { stays }: DemandLevel, startMs: number): number {
  return startMs + WAIT_WEIGHT * (level === 1 ? startMs : (meanUpTo(stays, startMs) ?? 0));
}

interface Keep {
  readonly ms: number;
  /** The share of gaps that outlast it. */
  readonly missed: number;
}

/** The idle time of the least expected cost: idling until the gap or the patience ends, and a miss in the latter case. */
function cheapestKeep(gaps: Distribution, missMs: number, maxMs: number): Keep {
  const total = sampleCount(gaps);
  let best: Keep = { ms: 0, missed: 1 };
  let leastMs = missMs;
  let idledMs = 0;
  let left = total;
  forEachValue(gaps, (value, weight) => {
    idledMs += value * weight;
    left = Math.max(0, left - weight);
    const ms = value * BUCKET_MARGIN;
    const costMs = (idledMs + left * (ms + missMs)) / total;
    if (ms > maxMs || costMs >= leastMs) return;
    leastMs = costMs;
    best = { ms, missed: left / total };
  });
  return best;
}

/** A value stands for its bucket: to outlast it is to outlast the bucket's end. */
const BUCKET_MARGIN = 1.1;

/**
 * The most instances of which each, as work has come lately, saves more waiting over its life than it costs to start and
 * to keep: a life lasts until a gap outlasts its idle time. So much is launched for at once when work for it comes,
 * though that work itself would be done before the start is.
 */
export function worthwhileInstances(history: DemandHistory, startMs: number, maxMs: number): number {
  let worthwhile = 0;
  for (const { level, at } of levelsOf(history)) {
    const returns = sampleCount(at.gaps);
    if (returns < MIN_RETURNS) continue;
    const savedMs = WAIT_WEIGHT * (meanUpTo(at.stays, startMs) ?? 0);
    const { ms, missed } = cheapestKeep(at.gaps, savedMs + startMs, maxMs);
    const idleMs = meanUpTo(at.gaps, ms) ?? 0;
    // That no gap of so many outlasted it does not make it live for ever.
    const returnsOfLife = 1 / Math.max(missed, 1 / (returns + 1));
    if ((savedMs - idleMs) * returnsOfLife <= startMs) break;
    worthwhile = level;
  }
  return worthwhile;
}
