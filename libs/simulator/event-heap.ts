/** An event at a time that is known in advance. */
export interface TimedEvent {
  readonly at: number;
  /** Events of one time happen in the order in which they were put. */
  readonly order: number;
}

/** A queue of events, the earliest first (a binary heap). */
export class EventHeap<T extends TimedEvent> {
  private readonly items: T[] = [];

  get nextAt(): number {
    return this.items[0]?.at ?? Infinity;
  }

  put(event: T): void {
    const { items } = this;
    let i = items.length;
    items.push(event);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isSooner(event, items[parent]!)) break;
      items[i] = items[parent]!;
      i = parent;
    }
    items[i] = event;
  }

  take(): T | undefined {
    const { items } = this;
    const first = items[0];
    const last = items.pop();
    if (first !== undefined && last !== undefined && items.length > 0) this.sink(last);
    return first;
  }

  /** Puts an event at the top, and moves it down to its place. */
  private sink(event: T): void {
    const { items } = this;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && isSooner(items[child + 1]!, items[child]!)) child += 1;
      if (!isSooner(items[child]!, event)) break;
      items[i] = items[child]!;
      i = child;
    }
    items[i] = event;
  }
}

function isSooner(a: TimedEvent, b: TimedEvent): boolean {
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}
