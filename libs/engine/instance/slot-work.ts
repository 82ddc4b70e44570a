import type { RunningWork } from '../../core/instance/instance.js';
import type { Slot } from './slot.js';

/** The slots of one instance that are taken, and what runs on them. A slot that is only taken, and waits for a lease, counts as taken only. */
export class SlotWork {
  private readonly working = new Map<Slot, { readonly since: number; readonly invocationId?: string }>();
  /** Since when each of them does, added up. */
  private sinceSum = 0;
  private restingSince: number | undefined;
  private takenSlots = 0;

  /** How many slots are taken, whether anything runs on them or not. */
  get taken(): number {
    return this.takenSlots;
  }

  /** Since when nothing has run here; absent while something does, and before the instance came into service. */
  get idleSince(): number | undefined {
    return this.working.size === 0 ? this.restingSince : undefined;
  }

  /** How long what runs has been running, all together. */
  runningForMs(now: number): number {
    return this.working.size * now - this.sinceSum;
  }

  runs(invocationId: string): boolean {
    return [...this.working.values()].some((work) => work.invocationId === invocationId);
  }

  /** The invocations that run here, and since when, the oldest first. */
  get running(): RunningWork[] {
    return [...this.working.values()].flatMap(({ invocationId, since }) =>
      invocationId === undefined ? [] : [{ invocationId, since }],
    );
  }

  take(): void {
    this.takenSlots += 1;
  }

  giveBack(): void {
    this.takenSlots -= 1;
  }

  restFrom(now: number): void {
    this.restingSince = now;
  }

  begin(slot: Slot, now: number, invocationId?: string): void {
    this.working.set(slot, { since: now, invocationId });
    this.sinceSum += now;
  }

  end(slot: Slot, now: number): void {
    this.sinceSum -= this.working.get(slot)?.since ?? 0;
    this.working.delete(slot);
    this.restingSince = now;
  }
}
