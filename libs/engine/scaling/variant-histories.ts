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

/** What was learnt is stored no more often than this; a crash forgets no more. */
const STORE_INTERVAL_MS = 60_000;
/** Starts are rare, and people look how long they took: they are stored this soon. */
const START_STORED_MS = 1_000;
/** Estimates are made anew no more often than this, unless something was learnt of starts. */
const ESTIMATES_FRESH_MS = 1_000;
/** So much is kept of a variant until it is taken into its history; what comes beyond that in between is not learnt. */
const MAX_BUFFERED = 4_096;
/** What nobody asked for or added to for so long is let go from memory once it is stored. */
const IDLE_FORGET_MS = 3_600_000;

/** What is in memory of one variant. */
interface Learning {
  /** Absent until it has been read from the catalog. */
  history?: VariantHistory;
  isChanged: boolean;
  /** Whether a start was learnt that is not stored. */
  hasNewStart: boolean;
  usedAt: number;
  servedMs: number[];
  starts: { readonly phasesMs: StartPhasesMs; readonly at: number }[];
  /** The size of the backlog when it was last told, and how many have been served since. */
  backlog?: number;
  servedSince: number;
  estimates?: { readonly of: VariantEstimates; readonly maxKeepWarmMs: number; readonly at: number };
}

/**
 * What has been learnt of each variant, in memory: it is read from the catalog when it is first asked for, and stored
 * there once a minute where it changed, starts sooner.
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

  /** Stores what is not stored yet. */
  async stop(): Promise<void> {
    await this.rounds.stop();
    await this.storeChanged();
  }

  /** An invocation was run, and its container took this long. Cheap enough for thousands a second. */
  served(endpointName: string, variantName: string, serviceMs: number): void {
    const learning = this.learningOf(endpointName, variantName);
    learning.servedSince += 1;
    if (learning.servedMs.length < MAX_BUFFERED) learning.servedMs.push(serviceMs);
    else this.fold(learning);
  }

  /** An instance has come into service. */
  started(endpointName: string, variantName: string, phasesMs: StartPhasesMs): void {
    const learning = this.learningOf(endpointName, variantName);
    if (learning.starts.length === MAX_BUFFERED) return;
    learning.starts.push({ phasesMs, at: this.world.clock.now() });
    learning.hasNewStart = true;
    this.rounds.call();
  }

  /**
   * What a look at the backlog found: how many instances it could use, whatever there are, and how large it is. How many
   * invocations were accepted since the last look follows from that and from how many were served.
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

  /** At most a second old. `maxKeepWarmMs` bounds the idle times that are weighed. */
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

  /** A deleted variant's history says nothing of a later one of its name. */
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
      // Two may have asked at once; what the first has learnt since stands.
      learning.history ??= { ...EMPTY_HISTORY, ...stored };
    }
    this.fold(learning);
    return learning.history;
  }

  /** Takes what was buffered into the history, if that has been read. */
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
      // It may have been forgotten while it was written.
      if (this.variants.get(key) !== learning) await variantHistories.delete(key);
    } catch (error) {
      learning.isChanged = true;
      this.world.log.warn('What was learnt of a variant is not stored; it is tried again', {
        variant: key,
        reason: messageOf(error),
      });
    }
  }
}
