import type { RunningWork } from '../../core/instance/instance.js';
import type { Slot } from './slot.js';

/**
 * The taken slots of one instance, and the work that runs on them. A slot that still waits for a lease only counts as
 * taken.
 */
export class SlotWork {
  private readonly working = new Map<Slot, { readonly since: number; readonly invocationId?: string }>();
  /** The sum of the times at which the running work began. */
  private sinceSum = 0;
  private restingSince: number | undefined;
  private takenSlots = 0;

  /** The number of taken slots, with or without work. */
  get taken(): number {
    return this.takenSlots;
  }

  /** Since when no work has run here; absent while work runs, and before the instance came into service. */
  get idleSince(): number | undefined {
    return this.working.size === 0 ? this.restingSince : undefined;
  }

  /** Returns the time that the present work has been running, added up. */
  runningForMs(now: number): number {
    return this.working.size * now - this.sinceSum;
  }

  runs(invocationId: string): boolean {
    return [...this.working.values()].some((work) => work.invocationId === invocationId);
  }

  /** The invocations that run here and their start times, oldest first. */
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
