import { messageOf } from '../../core/errors.js';
import type { StartPhasesMs } from '../../core/instance/start-phase.js';
import { scalableTargetKey } from '../../core/scaling/scalable-target.js';
import {
  EMPTY_HISTORY,
  type VariantEstimates,
  type VariantHistory,
  estimatesOf,
  storedHistory,
  withArrivals,
  withDemand,
  withServiceTimes,
  withStart,
} from '../../core/learning/variant-history.js';
import { Rounds } from '../rounds.js';
import type { World } from '../world.js';

/** The shortest time between two writes of a history. A crash loses at most the observations of this time. */
const STORE_INTERVAL_MS = 60_000;
/** How soon a start is stored. Starts are rare, and people look up how long they took. */
const START_STORED_MS = 1_000;
/** The shortest time between two estimates of one variant, unless a start was observed. */
const ESTIMATES_FRESH_MS = 1_000;
/**
 * The most observations of a variant that are buffered until they are added to its history. Further ones are dropped.
 */
const MAX_BUFFERED = 4_096;
/** How long a stored history stays in memory without being used. */
const IDLE_FORGET_MS = 3_600_000;

/** The state of one variant in memory. */
interface Learning {
  /** Absent until it has been read from the catalog. */
  history?: VariantHistory;
  isChanged: boolean;
  /** Whether a start was observed that is not stored yet. */
  hasNewStart: boolean;
  usedAt: number;
  servedMs: number[];
  starts: { readonly phasesMs: StartPhasesMs; readonly at: number }[];
  /** The size of the backlog at the last observation, and the number of invocations served since. */
  backlog?: number;
  servedSince: number;
  estimates?: { readonly of: VariantEstimates; readonly maxKeepWarmMs: number; readonly at: number };
}

/**
 * The histories of the variants, in memory. A history is read from the catalog when it is first asked for. A changed
 * history is stored once a minute, or sooner if an instance has started.
 */
export class VariantHistories {
  private readonly variants = new Map<string, Learning>();
  private readonly rounds: Rounds;
  private allDueAt: number;

  constructor(private readonly world: Pick<World, 'catalog' | 'clock' | 'log'>) {
    this.rounds = new Rounds(world.clock, () => this.storeDue(), START_STORED_MS);
    this.allDueAt = world.clock.now() + STORE_INTERVAL_MS;
  }

  start(): void {
    this.rounds.start();
  }

  /** Stops, and stores the changes that are not stored yet. */
  async stop(): Promise<void> {
    await this.rounds.stop();
    await this.storeChanged();
  }

  /** Adds the time that a container took for an invocation. Cheap enough for thousands of calls a second. */
  served(endpointName: string, variantName: string, serviceMs: number): void {
    const learning = this.learningOf(endpointName, variantName);
    learning.servedSince += 1;
    if (learning.servedMs.length < MAX_BUFFERED) learning.servedMs.push(serviceMs);
    else this.fold(learning);
  }

  /** Adds the start of an instance that has come into service. */
  started(endpointName: string, variantName: string, phasesMs: StartPhasesMs): void {
    const learning = this.learningOf(endpointName, variantName);
    if (learning.starts.length === MAX_BUFFERED) return;
    learning.starts.push({ phasesMs, at: this.world.clock.now() });
    learning.hasNewStart = true;
    this.rounds.call();
  }

  /**
   * Adds an observation of the backlog: how many instances it could use, regardless of how many exist, and its size.
   * The number of invocations accepted since the last observation follows from the sizes and the number served.
   */
  demanded(endpointName: string, variantName: string, demand: number, backlog: number): void {
    const learning = this.learningOf(endpointName, variantName);
    const { history } = learning;
    if (!history) return;
    const now = this.world.clock.now();
    const accepted = learning.backlog === undefined ? 0 : backlog - learning.backlog + learning.servedSince;
    learning.backlog = backlog;
    learning.servedSince = 0;
    this.change(learning, withArrivals(withDemand(history, demand, now), accepted, now));
  }

  /** Returns estimates that are at most a second old. `maxKeepWarmMs` bounds the idle times that are compared. */
  async estimates(endpointName: string, variantName: string, maxKeepWarmMs: number): Promise<VariantEstimates> {
    const learning = this.learningOf(endpointName, variantName);
    const isStartLearnt = learning.starts.length > 0;
    const history = await this.historyOf(learning, scalableTargetKey(endpointName, variantName));
    const now = this.world.clock.now();
    const last = learning.estimates;
    if (last && !isStartLearnt && last.maxKeepWarmMs === maxKeepWarmMs && now - last.at < ESTIMATES_FRESH_MS) {
      return last.of;
    }
    const of = estimatesOf(history, maxKeepWarmMs, now);
    learning.estimates = { of, maxKeepWarmMs, at: now };
    return of;
  }

  async history(endpointName: string, variantName: string): Promise<VariantHistory> {
    const learning = this.learningOf(endpointName, variantName);
    return this.historyOf(learning, scalableTargetKey(endpointName, variantName));
  }

  /** Forgets a deleted variant's history: it says nothing about a later variant of the same name. */
  async forget(endpointName: string, variantName: string): Promise<void> {
    const key = scalableTargetKey(endpointName, variantName);
    this.variants.delete(key);
    await this.world.catalog.variantHistories.delete(key);
  }

  private learningOf(endpointName: string, variantName: string): Learning {
    const key = scalableTargetKey(endpointName, variantName);
    let learning = this.variants.get(key);
    if (!learning) {
      learning = { isChanged: false, hasNewStart: false, usedAt: 0, servedMs: [], starts: [], servedSince: 0 };
      this.variants.set(key, learning);
    }
    learning.usedAt = this.world.clock.now();
    return learning;
  }

  private async historyOf(learning: Learning, key: string): Promise<VariantHistory> {
    if (!learning.history) {
      const stored = await this.world.catalog.variantHistories.get(key);
      // Two callers may have read at once: the first one's history may have changed since, and stays.
      learning.history ??= { ...EMPTY_HISTORY, ...stored };
    }
    this.fold(learning);
    return learning.history;
  }

  /** Adds the buffered observations to the history, if it has been read. */
  private fold(learning: Learning): void {
    const { history, servedMs, starts } = learning;
    if (!history || servedMs.length + starts.length === 0) return;
    const served = servedMs.length === 0 ? history : withServiceTimes(history, servedMs, this.world.clock.now());
    const all = starts.reduce((learnt, { at, phasesMs }) => withStart(learnt, phasesMs, at), served);
    learning.servedMs = [];
    learning.starts = [];
    this.change(learning, all);
  }

  private change(learning: Learning, history: VariantHistory): void {
    if (history === learning.history) return;
    learning.history = history;
    learning.isChanged = true;
  }

  private async storeDue(): Promise<number> {
    const now = this.world.clock.now();
    if (now >= this.allDueAt) {
      this.allDueAt = now + STORE_INTERVAL_MS;
      await this.storeChanged();
    } else {
      for (const [key, learning] of this.variants) if (learning.hasNewStart) await this.storeOne(key, learning);
    }
    return this.allDueAt;
  }

  private async storeChanged(): Promise<void> {
    const now = this.world.clock.now();
    for (const [key, learning] of this.variants) {
      await this.storeOne(key, learning);
      if (!learning.isChanged && now - learning.usedAt >= IDLE_FORGET_MS) this.variants.delete(key);
    }
  }

  private async storeOne(key: string, learning: Learning): Promise<void> {
    const { variantHistories } = this.world.catalog;
    try {
      const isBuffered = learning.servedMs.length + learning.starts.length > 0;
      if (isBuffered) await this.historyOf(learning, key);
      if (!learning.isChanged || !learning.history) return;
      learning.isChanged = false;
      learning.hasNewStart = false;
      const stored = storedHistory(learning.history);
      const updated = await variantHistories.update(key, () => stored);
      if (updated === undefined) await variantHistories.create(key, stored);
      // The history may have been forgotten during the write.
      if (this.variants.get(key) !== learning) await variantHistories.delete(key);
    } catch (error) {
      learning.isChanged = true;
      this.world.log.warn('The history of a variant could not be stored; it is tried again', {
        variant: key,
        reason: messageOf(error),
      });
    }
  }
}
