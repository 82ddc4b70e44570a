import type { StartPhase, StartPhasesMs } from '../../core/instance/start-phase.js';

/** The progress of one instance's start, and the duration of each of its phases. */
export class StartPhases {
  private current: StartPhase = 'queued';
  private readonly finishedMs: Partial<Record<StartPhase, number>> = {};

  constructor(private currentSince: number) {}

  get phase(): StartPhase {
    return this.current;
  }

  /** Since when it has been in this phase. */
  get since(): number {
    return this.currentSince;
  }

  enter(phase: StartPhase, now: number): void {
    this.end(now);
    this.current = phase;
  }

  /** Returns the duration of each phase until now, including the current phase while the start continues. */
  soFar(now: number, isStarting: boolean): StartPhasesMs {
    return isStarting ? { ...this.finishedMs, [this.current]: now - this.currentSince } : { ...this.finishedMs };
  }

  /** Ends the last phase; returns the duration of each phase. */
  end(now: number): StartPhasesMs {
    this.finishedMs[this.current] = now - this.currentSince;
    this.currentSince = now;
    return this.finishedMs;
  }
}
