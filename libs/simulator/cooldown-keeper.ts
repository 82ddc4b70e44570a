import { type CooldownStep, type Cooldowns, NO_COOLDOWNS } from '../core/scalable-target.js';
import type { ScalingDecision } from '../core/scaling-observation.js';

/** Keeps the cooldowns of one variant as the engine does: they begin when the change that began them is complete. */
export class CooldownKeeper {
  cooldowns: Cooldowns = NO_COOLDOWNS;
  private changedAt = 0;

  /** Whatever was launched at the last change has come into service when nothing that is as old is still starting. */
  see(startingSince: readonly number[], now: number): void {
    const isOpen = startingSince.includes(this.changedAt);
    if (isOpen) return;
    const { in: down, out } = this.cooldowns;
    this.cooldowns = { out: completed(out, now), in: completed(down, now) };
  }

  /** Scaling out cancels what is left of a scale-in cooldown. */
  note({ desired, policy }: ScalingDecision, before: number, now: number): void {
    if (!policy || desired === before) return;
    const step = { policyName: policy.name, from: before, to: desired, cooldownMs: policy.cooldownMs };
    this.cooldowns = desired > before ? { out: step } : { ...this.cooldowns, in: step };
    this.changedAt = now;
  }
}

function completed(step: CooldownStep | undefined, now: number): CooldownStep | undefined {
  return step && step.completedAt === undefined ? { ...step, completedAt: now } : step;
}
