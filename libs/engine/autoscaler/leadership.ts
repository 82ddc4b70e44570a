import { messageOf } from '../../core/errors.js';
import { LEADERSHIP_MS, LEADERSHIP_RENEWAL_MS, type Leader, claim } from '../../core/leader.js';
import { Rounds } from '../rounds.js';
import type { World } from '../world.js';

/** The wait before the duty is asked for again if the catalog failed. */
const RETRY_MS = 1_000;

/**
 * A duty that one of several processes holds at a time, by a record in the catalog that it prolongs. A process that
 * stood still for longer than the record holds has lost the duty. `isLeading` asks the clock, so it says so at once.
 */
export class Leadership {
  private readonly rounds: Rounds;
  private prepare: () => Promise<void> = async () => undefined;
  private onGained: () => void = () => undefined;
  private until = 0;

  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'log'>,
    private readonly duty: string,
    private readonly holder: string,
  ) {
    this.rounds = new Rounds(world.clock, () => this.round());
  }

  get isLeading(): boolean {
    return this.world.clock.now() < this.until;
  }

  /**
   * Asks for the duty from now on. Each time that this process gains it, `prepare` is awaited before it leads, and
   * `onGained` is called afterwards.
   */
  start(prepare: () => Promise<void>, onGained: () => void): void {
    this.prepare = prepare;
    this.onGained = onGained;
    this.rounds.start();
  }

  /** Gives the duty up at once, so that another process need not wait until it runs out. */
  async stop(): Promise<void> {
    await this.rounds.stop();
    if (!this.isLeading) return;
    const { catalog, clock, log } = this.world;
    this.until = 0;
    const resign = (leader: Leader): Leader =>
      leader.holder === this.holder ? { ...leader, until: clock.now() } : leader;
    await catalog.leaders.update(this.duty, resign).catch((error: unknown) => {
      log.warn('A duty could not be given up; another process takes over when it has run out', {
        duty: this.duty,
        reason: messageOf(error),
      });
    });
  }

  /** Asks for the duty, or prolongs it. Returns when to do so again. */
  private async round(): Promise<number> {
    const { clock, log } = this.world;
    try {
      const wasLeading = this.isLeading;
      const leader = await this.claim();
      const isLeading = leader?.holder === this.holder;
      if (isLeading && !wasLeading) await this.prepare();
      this.until = isLeading ? leader.until : 0;
      if (isLeading && !wasLeading && !this.rounds.signal.aborted) this.onGained();
      const now = clock.now();
      return now + (isLeading ? LEADERSHIP_RENEWAL_MS : Math.min(LEADERSHIP_RENEWAL_MS, timeLeft(leader, now)));
    } catch (error) {
      log.error('The catalog did not answer who leads; it is asked again', {
        duty: this.duty,
        reason: messageOf(error),
      });
      return clock.now() + RETRY_MS;
    }
  }

  private async claim(): Promise<Leader | undefined> {
    const { catalog, clock } = this.world;
    const now = clock.now();
    const first: Leader = { holder: this.holder, term: 1, until: now + LEADERSHIP_MS };
    const known = await catalog.leaders.update(this.duty, (leader) => claim(leader, this.holder, now));
    if (known) return known;
    return (await catalog.leaders.create(this.duty, first)) ? first : catalog.leaders.get(this.duty);
  }
}

function timeLeft(leader: Leader | undefined, now: number): number {
  return Math.max(1, (leader?.until ?? now) - now);
}
