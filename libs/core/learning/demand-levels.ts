import { type Distribution, EMPTY_DISTRIBUTION, observeAll } from './distribution.js';

/** How work for an n-th instance has come and gone. */
export interface DemandLevel {
  /** Since when demand has been on this side of the level. */
  readonly since: number;
  /** Milliseconds that demand stayed below the level before it came back to it. */
  readonly gaps: Distribution;
  /** Milliseconds that demand stayed at the level or above. */
  readonly stays: Distribution;
}

/** How demand, counted in instances, has moved, level by level. */
export interface DemandHistory {
  readonly demand: number;
  /** By level; those that were never reached are not there. */
  readonly levels: Readonly<Record<string, DemandLevel>>;
}

export const EMPTY_DEMAND: DemandHistory = { demand: 0, levels: {} };

/** Every count up to this is a level of its own; from there on each doubling has half as many. */
const SINGLE_LEVELS = 8;
/** Demand beyond this is taken for this. */
const MAX_LEVEL = 1_024;

const LEVELS: readonly number[] = listLevels();

function listLevels(): number[] {
  const levels: number[] = [];
  for (let level = 1, step = 1; level <= MAX_LEVEL; level += step) {
    levels.push(level);
    if (level === SINGLE_LEVELS * step) step *= 2;
  }
  return levels;
}

const NEVER_REACHED = { since: undefined, gaps: EMPTY_DISTRIBUTION, stays: EMPTY_DISTRIBUTION };

/** Takes in that demand is at `demand` instances from `now` on. */
export function withDemandAt(history: DemandHistory, demand: number, now: number): DemandHistory {
  const before = history.demand;
  if (demand === before) return history;
  const rises = demand > before;
  const levels = { ...history.levels };
  for (const level of LEVELS) {
    if (level <= Math.min(before, demand) || level > Math.max(before, demand)) continue;
    const { since, gaps, stays } = levels[level] ?? NEVER_REACHED;
    const lasted = since === undefined ? [] : [Math.max(0, now - since)];
    levels[level] = rises
      ? { since: now, gaps: observeAll(gaps, lasted, now), stays }
      : { since: now, gaps, stays: observeAll(stays, lasted, now) };
  }
  return { demand, levels };
}

/** The levels that were ever reached, the lowest first. */
export function levelsOf({ levels }: DemandHistory): { readonly level: number; readonly at: DemandLevel }[] {
  const reached = [];
  for (const level of LEVELS) {
    const at = levels[level];
    if (at) reached.push({ level, at });
  }
  return reached;
}
