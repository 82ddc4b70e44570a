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
    const ms = Math.max(steps[0]?.ms ?? 0, Math.round(worthOf(level, at, startMs, maxMs).keepMs));
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
 * The most instances of which each, as work has come lately, saves more waiting over its life than it costs to start and
 * to keep. So much is launched for at once when work for it comes, though that work itself would be done before the
 * start is.
 */
export function worthwhileInstances(history: DemandHistory, startMs: number, maxMs: number): number {
  let worthwhile = 0;
  for (const { level, at } of levelsOf(history)) {
    const { paysOff } = worthOf(level, at, startMs, maxMs);
    if (paysOff === false) break;
    if (paysOff) worthwhile = level;
  }
  return worthwhile;
}

/** What the n-th instance is worth, where a start takes `startMs` and it is kept idle for `maxMs` at most. */
interface Worth {
  readonly startMs: number;
  readonly maxMs: number;
  /** How long to keep it when it has nothing to do. */
  readonly keepMs: number;
  /** Whether to launch it as soon as there is work for it; absent where work has not come and gone often enough to say. */
  readonly paysOff?: boolean;
}

/** Between two looks demand crosses few levels, if any; what is known of the others is as it was, and so their worth. */
const WORTHS = new WeakMap<DemandLevel, Worth>();

function worthOf(level: number, at: DemandLevel, startMs: number, maxMs: number): Worth {
  const known = WORTHS.get(at);
  if (known?.startMs === startMs && known.maxMs === maxMs) return known;
  const worth = weigh(level, at, startMs, maxMs);
  WORTHS.set(at, worth);
  return worth;
}

/**
 * Without history an instance is kept as long as doing without it would cost, so that what is spent is at most twice
 * what knowing the future would have spent. It is never kept for less than the time of a start: to drop an instance
 * sooner than it could be had again is to flap.
 */
function weigh(level: number, at: DemandLevel, startMs: number, maxMs: number): Worth {
  const shortest = Math.min(startMs, maxMs);
  // Not to have it when work comes costs a start, and the waiting until the start is over or another instance has taken
  // the work. The first has no other.
  const aloneMs = startMs + WAIT_WEIGHT * startMs;
  const returns = sampleCount(at.gaps);
  // One burst makes work wait at every level that it reaches; that is no sign that it comes back.
  if (returns < MIN_GAPS) return { startMs, maxMs, keepMs: level === 1 ? Math.min(aloneMs, maxMs) : shortest };
  const savedMs = WAIT_WEIGHT * (meanUpTo(at.stays, startMs) ?? 0);
  const shared = cheapestKeep(at.gaps, startMs + savedMs, maxMs);
  const keep = level === 1 ? cheapestKeep(at.gaps, aloneMs, maxMs) : shared;
  const keepMs = Math.max(shortest, keep.ms);
  if (returns < MIN_RETURNS) return { startMs, maxMs, keepMs };
  return { startMs, maxMs, keepMs, paysOff: savesOverLife(at.gaps, shared, savedMs) > startMs };
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

/** The waiting that an instance saves over its life, less its idling: a life lasts until a gap outlasts its idle time. */
function savesOverLife(gaps: Distribution, keep: Keep, savedMs: number): number {
  const idleMs = meanUpTo(gaps, keep.ms) ?? 0;
  // That no gap of so many outlasted it does not make it live for ever.
  const returnsOfLife = 1 / Math.max(keep.missed, 1 / (sampleCount(gaps) + 1));
  return (savedMs - idleMs) * returnsOfLife;
}
