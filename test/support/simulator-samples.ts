import type { Decider, Look, Situation } from '../../libs/simulator/decider.js';
import type { Duration } from '../../libs/simulator/duration.js';
import type { Trace } from '../../libs/simulator/trace.js';

export const seconds = (count: number): Duration => ({ distribution: 'constant', ms: count * 1000 });

/** A trace with one arrival at each of the given seconds. Nothing of it is left to chance. */
export function traceOf(atSeconds: readonly number[], changes: Partial<Trace> = {}): Trace {
  const arrivals = atSeconds.map((at) => ({ kind: 'batch', atMs: at * 1000, count: 1, overMs: 0 }) as const);
  return {
    name: 'sample',
    description: 'a sample',
    seed: 1,
    start: seconds(10),
    service: seconds(4),
    slotsPerInstance: 1,
    bounds: { minimum: 0, maximum: 100 },
    arrivals,
    lastsMs: Math.max(0, ...atSeconds) * 1000,
    ...changes,
  };
}

/** So many at once, at zero instances. */
export function burstOf(count: number, atSeconds = 0, changes: Partial<Trace> = {}): Trace {
  const atMs = atSeconds * 1000;
  return traceOf([], { arrivals: [{ kind: 'batch', atMs, count, overMs: 0 }], lastsMs: atMs, ...changes });
}

/** Decides by a function, whenever something happens. */
export class ScriptedDecider implements Decider {
  constructor(private readonly script: (situation: Situation) => number | Look) {}

  isRousedBy(): boolean {
    return true;
  }

  look(situation: Situation): Look {
    const answer = this.script(situation);
    return typeof answer === 'number' ? { desired: answer } : answer;
  }
}

/** Passes everything on, and writes down when another number was asked for: `[seconds, desired]`. */
export class WatchedDecider implements Decider {
  readonly changes: (readonly [number, number])[] = [];
  readonly looks: number[] = [];

  constructor(private readonly decider: Decider) {}

  isRousedBy(situation: Situation): boolean {
    return this.decider.isRousedBy(situation);
  }

  look(situation: Situation): Look {
    const look = this.decider.look(situation);
    this.looks.push(situation.now);
    if (look.desired !== situation.desired) this.changes.push([situation.now / 1000, look.desired]);
    return look;
  }

  accepted(count: number, now: number): void {
    this.decider.accepted?.(count, now);
  }

  served(serviceMs: number, now: number): void {
    this.decider.served?.(serviceMs, now);
  }

  started(startMs: number, now: number): void {
    this.decider.started?.(startMs, now);
  }
}
