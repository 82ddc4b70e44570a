import { LIVENESS_INTERVAL_MS } from '../../core/instance/liveness.js';
import type { PingAnswer } from '../../core/instance/instance.js';
import type { Member } from './fleet-member.js';
import { Rounds } from '../rounds.js';
import type { World } from '../world.js';

/**
 * The most pings that begin at once; the next begin after `BURST_INTERVAL_MS`. Instances that came in one burst stay
 * spread out.
 */
const MAX_PINGS_AT_ONCE = 50;
const BURST_INTERVAL_MS = 250;

/** Observes the outcome of pings. */
export interface HealthObserver {
  /** The instance passed a ping, or its work excuses it. */
  well(member: Member): void;
  /** The instance gave too many bad answers in a row; `answer` is the last. It is not pinged any more. */
  sick(member: Member, answer: PingAnswer): void;
}

/** Pings every instance while it is in service, all of them by one timer. */
export class HealthWatch {
  /** The time of each instance's next ping, in that order: all rest equally long between two pings. */
  private readonly due = new Map<Member, number>();
  private readonly underWay = new Set<Member>();
  private readonly rounds: Rounds;
  private isStarted = false;

  constructor(
    private readonly world: Pick<World, 'clock' | 'instances'>,
    private readonly observer: HealthObserver,
  ) {
    this.rounds = new Rounds(world.clock, () => this.round());
  }

  /** Pings an instance from now on, until it leaves service. */
  watch(member: Member): void {
    this.due.delete(member);
    this.due.set(member, this.world.clock.now() + LIVENESS_INTERVAL_MS);
    if (this.isStarted) this.rounds.call();
    else this.rounds.start();
    this.isStarted = true;
  }

  async stop(): Promise<void> {
    this.due.clear();
    await this.rounds.stop();
  }

  /** Returns when the next ping is due. */
  private async round(): Promise<number> {
    const now = this.world.clock.now();
    let begun = 0;
    for (const [member, at] of this.due) {
      if (at > now) return at;
      if (begun === MAX_PINGS_AT_ONCE) return now + BURST_INTERVAL_MS;
      this.due.delete(member);
      if (member.state !== 'InService') continue;
      this.due.set(member, now + LIVENESS_INTERVAL_MS);
      if (this.underWay.has(member)) continue;
      begun += 1;
      void this.ping(member, now);
    }
    return Infinity;
  }

  private async ping(member: Member, since: number): Promise<void> {
    this.underWay.add(member);
    // The ping rejects only after `stop`, when no answer is wanted any more.
    const answer = await this.world.instances.ping(member.id, this.rounds.signal).catch(() => undefined);
    this.underWay.delete(member);
    // It may have gone, or been paused, during the ping.
    if (answer !== undefined && member.state === 'InService') this.judge(member, answer, since);
  }

  private judge(member: Member, answer: PingAnswer, since: number): void {
    const { health, idleSince } = member;
    health.notePing(answer, idleSince !== undefined && idleSince <= since);
    if (health.isSick) {
      this.due.delete(member);
      this.observer.sick(member, answer);
    } else if (health.isWell) {
      this.observer.well(member);
    }
  }
}
