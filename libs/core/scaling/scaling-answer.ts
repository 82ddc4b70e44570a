/** What a look at one variant came to: how many instances it is to have, and why. */
export interface ScalingDecision {
  readonly desired: number;
  /** One sentence with the numbers that led to `desired`. */
  readonly cause: string;
  readonly answers: readonly PolicyAnswer[];
  /** What was wanted and could not be had. */
  readonly notScaledReasons: readonly NotScaledReason[];
  /** Who made the answer, a policy or `wake`, and the cooldown that the change begins; absent where it begins none. */
  readonly policy?: { readonly name: string; readonly cooldownMs: number };
}

/** What one policy, or one of Ebb's own rules, said when a decision was made. */
export interface PolicyAnswer {
  /** The policy's name, or `promise`, `wake`, `bounds` or `operator`. */
  readonly by: string;
  /** The capacity that it wanted; absent where it wanted no change. */
  readonly wants?: number;
  readonly because: string;
}

/** One reason for which a decision changed nothing, with the counts that it was about. */
export interface NotScaledReason {
  readonly code: NotScaledCode;
  readonly currentCapacity: number;
  readonly minCapacity?: number;
  readonly maxCapacity?: number;
}

/**
 * Why a decision did not change what somebody wanted to change. Application Auto Scaling has names for the first five;
 * the others are Ebb's own.
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
