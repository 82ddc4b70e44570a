/** The numbers of recently accepted invocations, on several scales of time. */
export interface ArrivalHistory {
  /**
   * By scale: the number of the current window, and the counts of it and of the two windows before it, the latest
   * first.
   */
  readonly scales: readonly { readonly window: number; readonly counts: readonly [number, number, number] }[];
}

/** The history of a variant without invocations. */
export const EMPTY_ARRIVALS: ArrivalHistory = { scales: [] };

/** A few seconds show a spike; a minute shows work that comes seldom. */
const SCALES_MS = [2_000, 10_000, 60_000];

/** Returns the history with `count` more invocations, accepted at `now`. */
export function withArrivalsAt(history: ArrivalHistory, count: number, now: number): ArrivalHistory {
  const scales = SCALES_MS.map((_, scale) => {
    const { window, counts } = movedTo(history, scale, now);
    return { window, counts: [counts[0] + count, counts[1], counts[2]] as const };
  });
  return { scales };
}

/** A rate at which invocations arrive, and how long it is expected to last. */
export interface ArrivalRate {
  readonly perSecond: number;
  readonly forMs: number;
}

/**
 * Returns for each scale the rate that has held for the last two windows, expected to hold for as long again. A burst
 * fills only one window, so nothing is expected to follow it.
 */
export function arrivalRates(history: ArrivalHistory, now: number): ArrivalRate[] {
  return SCALES_MS.map((ms, scale) => {
    const [, last, before] = movedTo(history, scale, now).counts;
    return { perSecond: (Math.max(0, Math.min(last, before)) * 1000) / ms, forMs: 2 * ms };
  });
}

/**
 * Returns how many invocations are expected within a time. Each part of the time has the rate of the shortest scale
 * that reaches it, and the time beyond all scales has the rate of the longest.
 */
export function expectedArrivals(rates: readonly ArrivalRate[], withinMs: number): number {
  let expected = 0;
  let covered = 0;
  for (const [index, { perSecond, forMs }] of rates.entries()) {
    const until = index === rates.length - 1 ? withinMs : Math.min(withinMs, forMs);
    expected += (perSecond * Math.max(0, until - covered)) / 1000;
    covered = Math.max(covered, until);
  }
  return expected;
}

function movedTo(history: ArrivalHistory, scale: number, now: number): ArrivalHistory['scales'][number] {
  const window = Math.floor(now / SCALES_MS[scale]!);
  const known = history.scales[scale];
  if (!known) return { window, counts: [0, 0, 0] };
  const [current, last] = known.counts;
  switch (window - known.window) {
    case 0:
      return known;
    case 1:
      return { window, counts: [0, current, last] };
    case 2:
      return { window, counts: [0, 0, current] };
    default:
      return { window, counts: [0, 0, 0] };
  }
}
