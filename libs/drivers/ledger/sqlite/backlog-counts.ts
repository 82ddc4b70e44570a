/** The numbers of queued and running invocations, and the size of the inputs that came inside their requests. */
export interface BacklogCount {
  readonly queued: number;
  readonly running: number;
  readonly inputBytes: number;
}

const NONE: BacklogCount = { queued: 0, running: 0, inputBytes: 0 };

/**
 * The backlog of each endpoint or key, counted in memory because counting rows takes longer the more rows there are.
 */
export class BacklogCounts {
  readonly #counts = new Map<string, BacklogCount>();

  of(name: string): BacklogCount {
    return this.#counts.get(name) ?? NONE;
  }

  add(name: string, change: Partial<BacklogCount>): void {
    const before = this.of(name);
    const queued = before.queued + (change.queued ?? 0);
    const running = before.running + (change.running ?? 0);
    const inputBytes = before.inputBytes + (change.inputBytes ?? 0);
    if (queued === 0 && running === 0) this.#counts.delete(name);
    else this.#counts.set(name, { queued, running, inputBytes });
  }

  names(): string[] {
    return [...this.#counts.keys()];
  }
}
