import {
  type CooldownStep,
  type Cooldowns,
  type ScalableTarget,
  scalableTargetKey,
  withStep,
} from '../../core/scaling/scalable-target.js';
import type { World } from '../world.js';

/** A change of capacity that a scaling policy made. */
export interface PolicyChange {
  readonly endpointName: string;
  readonly variantName: string;
  readonly step: CooldownStep;
}

/** Records a change that is not complete yet; its cooldown follows. */
export async function beginCooldown(world: Pick<World, 'catalog'>, change: PolicyChange): Promise<void> {
  await updateCooldowns(world, change, (cooldowns) => withStep(cooldowns, change.step));
}

/** Begins the cooldown of a change when the change is complete. A change that failed begins none. */
export async function completeCooldown(
  world: Pick<World, 'catalog'>,
  change: PolicyChange,
  completedAt: number | undefined,
): Promise<void> {
  const direction = change.step.to > change.step.from ? 'out' : 'in';
  await updateCooldowns(world, change, (cooldowns) => {
    const current = cooldowns[direction];
    if (!current || !isSame(current, change.step)) return cooldowns;
    return { ...cooldowns, [direction]: completedAt === undefined ? undefined : { ...current, completedAt } };
  });
}

/** Forgets the changes that stay incomplete because the process that made them is gone. */
export async function forgetOpenCooldowns(world: Pick<World, 'catalog'>): Promise<void> {
  for (const { cooldowns, endpointName, variantName } of await world.catalog.scalableTargets.all()) {
    if (!isOpen(cooldowns?.out) && !isOpen(cooldowns?.in)) continue;
    await world.catalog.scalableTargets.update(scalableTargetKey(endpointName, variantName), (target) => ({
      ...target,
      cooldowns: {
        out: isOpen(target.cooldowns?.out) ? undefined : target.cooldowns?.out,
        in: isOpen(target.cooldowns?.in) ? undefined : target.cooldowns?.in,
      },
    }));
  }
}

async function updateCooldowns(
  world: Pick<World, 'catalog'>,
  { endpointName, variantName }: PolicyChange,
  change: (cooldowns: Cooldowns) => Cooldowns,
): Promise<void> {
  const key = scalableTargetKey(endpointName, variantName);
  await world.catalog.scalableTargets.update(key, (target): ScalableTarget => {
    const cooldowns = change(target.cooldowns ?? {});
    return cooldowns === target.cooldowns ? target : { ...target, cooldowns };
  });
}

function isOpen(step: CooldownStep | undefined): boolean {
  return step !== undefined && step.completedAt === undefined;
}

function isSame(a: CooldownStep, b: CooldownStep): boolean {
  return a.policyName === b.policyName && a.from === b.from && a.to === b.to && a.completedAt === undefined;
}
