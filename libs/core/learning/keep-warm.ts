import { type DemandHistory, type DemandLevel, levelsOf } from './demand-levels.js';
import { type Distribution, forEachValue, meanUpTo, sampleCount } from './distribution.js';

/** How long an idle instance is kept while there are at most `upTo` instances. */
export interface KeepWarmStep {
  readonly upTo: number;
  readonly ms: number;
}

/**
 * The seconds of an idle instance that one second of waiting is worth: about what an hour of a person costs against an
 * hour of a small accelerator. It follows that an instance is worth having if it is needed for a thirtieth of the time,
 * so that nearly all work finds one.
 */
export const WAIT_WEIGHT = 30;

/** The fewest gaps that say how long the next one will be. */
const MIN_GAPS = 4;

/** How often work must have come and gone before an instance is launched for more than the work in sight. */
const MIN_RETURNS = 8;

/** Neighbouring levels whose idle times differ by less than this share become one step. */
const STEP_SHARE = 0.2;

/**
 * Returns how long to keep the n-th instance while it is idle. This is the choice between renting and buying (the
 * ski-rental problem), weighed by how long work for n instances has stayed away so far. Keeping the youngest idle
 * instances for a while after they fell idle is what Gandhi and Harchol-Balter call DelayedOff. With an idle time for
 * each level it leaves about as much headroom as square-root staffing would, without a model of how work comes.
 */
export function keepWarmSteps(history: DemandHistory, startMs: number, maxMs: number): KeepWarmStep[] {
  const steps: KeepWarmStep[] = [];
  let stepMs = 0;
  for (const { level, at } of levelsOf(history).reverse()) {
    // Work for more instances is work for fewer too, so each instance is kept at least as long as those above it.
    const ms = Math.max(steps[0]?.ms ?? 0, Math.round(worthOf(level, at, startMs, maxMs).keepMs));
    if (steps.length === 0 || ms * (1 - STEP_SHARE) > stepMs) {
      steps.unshift({ upTo: level, ms });
      stepMs = ms;
    } else {
      // An idle time just covers a gap, so it may be made longer to save a step, but not shorter.
      steps[0] = { upTo: steps[0]!.upTo, ms };
    }
  }
  return steps;
}

/**
 * Returns the most instances of which each, as work has come lately, saves more waiting over its life than it costs to
 * start and to keep. That many are launched at once when work for them comes, even if that work would be done before
 * the start is.
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

/** The worth of the n-th instance, if a start takes `startMs` and it is kept idle for at most `maxMs`. */
interface Worth {
  readonly startMs: number;
  readonly maxMs: number;
  /** How long to keep it while it is idle. */
  readonly keepMs: number;
  /**
   * Whether to launch it as soon as there is work for it; absent if work has not come and gone often enough to tell.
   */
  readonly paysOff?: boolean;
}

/**
 * The known worth of each level. Demand crosses few levels between two decisions; the others, and so their worth, stay
 * the same.
 */
const WORTHS = new WeakMap<DemandLevel, Worth>();

function worthOf(level: number, at: DemandLevel, startMs: number, maxMs: number): Worth {
  const known = WORTHS.get(at);
  if (known?.startMs === startMs && known.maxMs === maxMs) return known;
  const worth = weigh(level, at, startMs, maxMs);
  WORTHS.set(at, worth);
  return worth;
}

/**
 * Weighs an instance. Without history it is kept as long as doing without it would cost, so that the cost is at most
 * twice what it would have been with knowledge of the future. It is never kept for less than the time of a start,
 * because dropping an instance sooner than it could be had again is flapping.
 */
function weigh(level: number, at: DemandLevel, startMs: number, maxMs: number): Worth {
  const shortest = Math.min(startMs, maxMs);
  // Without the instance, work that comes costs a start, and waits until the start is over or another instance has
  // taken the work. For the first instance there is no other.
  const aloneMs = startMs + WAIT_WEIGHT * startMs;
  const returns = sampleCount(at.gaps);
  // One burst makes work wait at every level that it reaches, which is no sign that work comes back.
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
  /** The share of gaps that are longer than it. */
  readonly missed: number;
}

/**
 * Returns the idle time with the least expected cost. The cost is the idling until the gap or the idle time ends, and a
 * miss in the latter case.
 */
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

/** A value stands for its bucket, so an idle time covers a gap only if it reaches the bucket's end. */
const BUCKET_MARGIN = 1.1;

/**
 * Returns the waiting that an instance saves over its life, less its idling. A life lasts until a gap is longer than
 * the idle time.
 */
function savesOverLife(gaps: Distribution, keep: Keep, savedMs: number): number {
  const idleMs = meanUpTo(gaps, keep.ms) ?? 0;
  // Even if the idle time outlasted every gap seen, a life is finite.
  const returnsOfLife = 1 / Math.max(keep.missed, 1 / (sampleCount(gaps) + 1));
  return (savedMs - idleMs) * returnsOfLife;
}
