import { EMPTY_BACKLOG } from '../../core/backlog.js';

/** How much is queued and how much runs on an endpoint. */
export interface BacklogCount {
  readonly queued: number;
  readonly running: number;
}

/** The backlog of every endpoint that has one, counted in memory: counting rows would take longer the more there are. */
export class BacklogCounts {
  readonly #counts = new Map<string, BacklogCount>();

  of(endpointName: string): BacklogCount {
    return this.#counts.get(endpointName) ?? EMPTY_BACKLOG;
  }

  add(endpointName: string, change: Partial<BacklogCount>): void {
    const before = this.of(endpointName);
    const queued = before.queued + (change.queued ?? 0);
    const running = before.running + (change.running ?? 0);
    if (queued === 0 && running === 0) this.#counts.delete(endpointName);
    else this.#counts.set(endpointName, { queued, running });
  }

  endpointNames(): string[] {
    return [...this.#counts.keys()];
  }
}
