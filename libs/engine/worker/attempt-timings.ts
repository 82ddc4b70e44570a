import type { Clock } from '../../core/ports/clock.js';

/** How long the parts of one attempt took, as far as it came. */
export interface AttemptTimings {
  /** Until storage began to answer with the input. */
  readonly downloadMs?: number;
  /** From the request to the container until its last byte. */
  readonly modelMs?: number;
  /** When that last byte had come. */
  readonly answeredAt?: number;
  /** From the container's last byte until all of its answer was stored. */
  readonly storeMs?: number;
}

/** Takes the times of one attempt as it goes. */
export class Stopwatch implements AttemptTimings {
  downloadMs?: number;
  modelMs?: number;
  answeredAt?: number;
  storeMs?: number;
  private readonly begunAt: number;
  private requestedAt = 0;

  constructor(private readonly clock: Clock) {
    this.begunAt = clock.now();
  }

  /** The input is there, and goes to the container. */
  request(): void {
    this.requestedAt = this.clock.now();
    this.downloadMs = this.requestedAt - this.begunAt;
  }

  /** The container's last byte has come. */
  answer(): void {
    this.answeredAt = this.clock.now();
    this.modelMs = this.answeredAt - this.requestedAt;
  }

  /** All that was wanted of the container's answer is stored; where nobody wants it, nothing of it was read. */
  store(): void {
    if (this.answeredAt === undefined) this.answer();
    this.storeMs = this.clock.now() - this.answeredAt!;
  }
}
