import type { StartPhase, StartPhasesMs } from '../../core/instance/start-phase.js';

/** How far one instance's start has come, and how long each of its phases took. */
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

  /** How long each phase has taken until now, the present one included while the start goes on. */
  soFar(now: number, isStarting: boolean): StartPhasesMs {
    return isStarting ? { ...this.finishedMs, [this.current]: now - this.currentSince } : { ...this.finishedMs };
  }

  /** The last phase is over; returns how long each took. */
  end(now: number): StartPhasesMs {
    this.finishedMs[this.current] = now - this.currentSince;
    this.currentSince = now;
    return this.finishedMs;
  }
}
