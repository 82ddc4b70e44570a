import { describeFailure } from '../../core/scaling/scaling-activity.js';
import { forgetOpenCooldowns } from '../scaling/cooldowns.js';
import type { World } from '../world.js';

/** The number of newest activities that are searched: far more than can be in progress at once. */
const NEWEST = 1_000;

/**
 * Ends the scaling activities that an earlier run left InProgress when it was killed: nobody waits for their instances
 * any more, so they would never end. Their cooldowns never begin. Called before anything is scaled.
 */
export async function endLeftoverActivities(world: Pick<World, 'catalog' | 'clock'>): Promise<void> {
  const { activities } = world.catalog;
  for (const { id, to, status } of await activities.list({ limit: NEWEST })) {
    if (status !== 'InProgress') continue;
    const statusMessage = describeFailure(to, 'Ebb was stopped before it was done.');
    await activities.amend(id, { status: 'Failed', statusMessage, endedAt: world.clock.now() });
  }
  await forgetOpenCooldowns(world);
}
