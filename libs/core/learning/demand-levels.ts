import { type Distribution, EMPTY_DISTRIBUTION, observeAll } from './distribution.js';

/** The history of demand for an n-th instance. */
export interface DemandLevel {
  /** When demand last crossed the level. */
  readonly since: number;
  /** How long demand stayed below the level before it came back to it, in milliseconds. */
  readonly gaps: Distribution;
  /** How long demand stayed at the level or above, in milliseconds. */
  readonly stays: Distribution;
}

/** The history of demand, counted in instances, level by level. */
export interface DemandHistory {
  readonly demand: number;
  /** By level; levels that were never reached are absent. */
  readonly levels: Readonly<Record<string, DemandLevel>>;
}

/** The history of a variant without demand. */
export const EMPTY_DEMAND: DemandHistory = { demand: 0, levels: {} };

/** Every count up to this is a level of its own; beyond it, each doubling has half this many levels. */
const SINGLE_LEVELS = 8;
/** The highest level; any higher demand counts as this. */
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

/** Returns the history with demand at `demand` instances from `now` on. */
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

/** Returns the levels that were ever reached, the lowest first. */
export function levelsOf({ levels }: DemandHistory): { readonly level: number; readonly at: DemandLevel }[] {
  const reached = [];
  for (const level of LEVELS) {
    const at = levels[level];
    if (at) reached.push({ level, at });
  }
  return reached;
}
