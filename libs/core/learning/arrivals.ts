/** How many invocations were accepted lately, on each of a few scales of time. */
export interface ArrivalHistory {
  /** By scale: when the current window began, and the counts of it and of the two before it, the latest first. */
  readonly scales: readonly { readonly window: number; readonly counts: readonly [number, number, number] }[];
}

export const EMPTY_ARRIVALS: ArrivalHistory = { scales: [] };

/** A few seconds show a spike, a minute what comes seldom. */
const SCALES_MS = [2_000, 10_000, 60_000];

export function withArrivalsAt(history: ArrivalHistory, count: number, now: number): ArrivalHistory {
  const scales = SCALES_MS.map((_, scale) => {
    const { window, counts } = movedTo(history, scale, now);
    return { window, counts: [counts[0] + count, counts[1], counts[2]] as const };
  });
  return { scales };
}

/** A rate at which work comes, and for how long it is expected to. */
export interface ArrivalRate {
  readonly perSecond: number;
  readonly forMs: number;
}

/**
 * On each scale the rate that has held for two windows running, expected to hold for as long again. A burst fills one
 * window, and says nothing of what comes next.
 */
export function arrivalRates(history: ArrivalHistory, now: number): ArrivalRate[] {
  return SCALES_MS.map((ms, scale) => {
    const [, last, before] = movedTo(history, scale, now).counts;
    return { perSecond: (Math.max(0, Math.min(last, before)) * 1000) / ms, forMs: 2 * ms };
  });
}

/** How many are expected within the time: the nearest part of it at the latest rate, what is beyond all at the longest. */
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
