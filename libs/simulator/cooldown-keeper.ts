import {
  type CooldownStep,
  type Cooldowns,
  NO_COOLDOWNS,
  cooldownStepOf,
  withStep,
} from '../core/scaling/scalable-target.js';
import type { ScalingDecision } from '../core/scaling/scaling-answer.js';

/** Keeps the cooldowns of one variant as the engine does: a cooldown begins when its change is complete. */
export class CooldownKeeper {
  cooldowns: Cooldowns = NO_COOLDOWNS;
  private changedAt = 0;

  /** Completes the last change once no instance that was launched with it is still starting. */
  see(startingSince: readonly number[], now: number): void {
    const isOpen = startingSince.includes(this.changedAt);
    if (isOpen) return;
    const { in: down, out } = this.cooldowns;
    this.cooldowns = { out: completed(out, now), in: completed(down, now) };
  }

  note(decision: ScalingDecision, before: number, now: number): void {
    const step = cooldownStepOf(decision, before);
    if (!step) return;
    this.cooldowns = withStep(this.cooldowns, step);
    this.changedAt = now;
  }
}

function completed(step: CooldownStep | undefined, now: number): CooldownStep | undefined {
  return step && step.completedAt === undefined ? { ...step, completedAt: now } : step;
}
