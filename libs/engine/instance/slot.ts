import type { AttemptEnd } from '../../core/invocation/attempt.js';

/** The place of one running invocation on one instance. `abandon` is aborted when the instance dies. */
export interface Slot {
  readonly instanceId: string;
  readonly variantName: string;
  /** Since when the instance has been in service. */
  readonly instanceReadyAt?: number;
  readonly abandon: AbortSignal;
}

/** The abort reason of a signal that ends an attempt from outside; it says how the attempt ended. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';

  constructor(readonly end: AttemptEnd) {
    super(`The attempt was abandoned: ${end.kind}.`);
  }
}
