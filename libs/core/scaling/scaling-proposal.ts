import type { NotScaledCode } from './scaling-observation.js';

/** A change that a policy, or Ebb itself, would like to see. */
export interface ScalingProposal {
  /** The policy's name, or `wake`. */
  readonly by: string;
  /** The capacity that is wanted, whatever the bounds. */
  readonly wants: number;
  /** What is left of that when capacity counts that was added lately and is still cooling down. */
  readonly grants: number;
  readonly because: string;
  /** Why the one who makes it, or the other policies, would not have it after all. */
  readonly objection?: NotScaledCode;
  /** What the change begins. */
  readonly policy: { readonly name: string; readonly cooldownMs: number };
}
