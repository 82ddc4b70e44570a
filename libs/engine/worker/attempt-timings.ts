import type { Clock } from '../../core/ports/clock.js';

/** The durations of the parts of one attempt that it reached. */
export interface AttemptTimings {
  /** From the attempt's beginning until storage began to answer with the input. */
  readonly downloadMs?: number;
  /** From the request to the container until the last byte of its response. */
  readonly modelMs?: number;
  /** When the last byte of the response had come. */
  readonly answeredAt?: number;
  /** From the last byte of the response until all of it was stored. */
  readonly storeMs?: number;
}

/** Measures the durations of one attempt while it runs. */
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

  /** Records that the input has come and goes to the container. */
  request(): void {
    this.requestedAt = this.clock.now();
    this.downloadMs = this.requestedAt - this.begunAt;
  }

  /** Records that the last byte of the response has come. */
  answer(): void {
    this.answeredAt = this.clock.now();
    this.modelMs = this.answeredAt - this.requestedAt;
  }

  /** Records that the wanted part of the response is stored. A response that is not wanted was not read. */
  store(): void {
    if (this.answeredAt === undefined) this.answer();
    this.storeMs = this.clock.now() - this.answeredAt!;
  }
}
