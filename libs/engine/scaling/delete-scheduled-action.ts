import { EbbError } from '../../core/errors.js';
import { scalableTargetKey } from '../../core/scaling/scalable-target.js';
import { scheduledActionKey } from '../../core/scaling/scheduled-action.js';
import { type Variant, describeTarget } from './registered-target.js';
import type { World } from '../world.js';

/** Deletes a scheduled action. The bounds that it set last stay. Raises `ScheduledActionNotFound`. */
export async function deleteScheduledAction(
  world: Pick<World, 'catalog' | 'signals'>,
  { endpointName, variantName }: Variant,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  const key = scheduledActionKey(endpointName, variantName, name);
  if (!(await world.catalog.scheduledActions.delete(key, signal))) {
    const target = describeTarget(scalableTargetKey(endpointName, variantName));
    throw new EbbError(
      'ScheduledActionNotFound',
      `No scheduled action found for ${target}, scheduled action name: ${name}`,
    );
  }
  world.signals.notify({ kind: 'endpoint', endpointName });
}
