/** A decision about one variant: how many instances it is to have, and why. */
export interface ScalingDecision {
  readonly desired: number;
  /** One sentence with the numbers that led to `desired`. */
  readonly cause: string;
  readonly answers: readonly PolicyAnswer[];
  /** Why changes that were wanted were not made. */
  readonly notScaledReasons: readonly NotScaledReason[];
  /**
   * The policy, or `wake`, that made the decision, and the cooldown that the change begins; absent if it begins none.
   */
  readonly policy?: { readonly name: string; readonly cooldownMs: number };
}

/** The answer of one policy, or of one of Ebb's own rules, in a decision. */
export interface PolicyAnswer {
  /** The policy's name, or `promise`, `wake`, `bounds` or `operator`. */
  readonly by: string;
  /** The capacity that it wanted; absent if it wanted no change. */
  readonly wants?: number;
  readonly because: string;
}

/** One reason why a decision changed nothing, with the counts that it is about. */
export interface NotScaledReason {
  readonly code: NotScaledCode;
  readonly currentCapacity: number;
  readonly minCapacity?: number;
  readonly maxCapacity?: number;
}

/**
 * The reasons why a wanted change was not made. Application Auto Scaling has names for the first five; the others are
 * Ebb's own.
 */
export type NotScaledCode =
  | 'AlreadyAtMaxCapacity'
  | 'AlreadyAtMinCapacity'
  | 'AlreadyAtDesiredCapacity'
  | 'AutoScalingAnticipatedFlapping'
  | 'TargetServicePutResourceAsUnscalable'
  | 'CoolingDown'
  | 'ScalingSuspended'
  | 'InstancesBusy'
  | 'LaunchesFailing'
  | 'DispatchPaused';
