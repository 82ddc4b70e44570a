import type { RunningWork } from '../../core/instance/instance.js';
import type { Slot } from './slot.js';

/** What runs on the slots of one instance. A slot that is only taken, and waits for a lease, is not among them. */
export class SlotWork {
  private readonly working = new Map<Slot, { readonly since: number; readonly invocationId?: string }>();
  /** Since when each of them does, added up. */
  private sinceSum = 0;
  private restingSince: number | undefined;

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
