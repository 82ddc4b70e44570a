/** What Ebb promises for the invocations of an endpoint that has no scaling policies. */
export interface ScalingPromise {
  /** `start`: work starts within the time; `done`: it is done within the time of being accepted. */
  readonly kind: 'start' | 'done';
  readonly withinMs: number;
}
