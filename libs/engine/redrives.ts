import type { Invocation } from '../core/invocation.js';
import { redriveInvocation } from './redrive-invocation.js';
import type { World } from './world.js';

/**
 * Redrives that are under way. Several of one invocation at once are one: each alone would remove the old failure object,
 * the last of them perhaps that of the new run.
 */
export class Redrives {
  /** By the id of the invocation that is to run again. */
  private readonly underWay = new Map<string, Promise<Invocation>>();

  constructor(private readonly world: World) {}

  /** `redriveInvocation`, with all that it raises. */
  redrive(id: string): Promise<Invocation> {
    const known = this.underWay.get(id);
    if (known) return known;
    const redrive = redriveInvocation(this.world, id).finally(() => this.underWay.delete(id));
    this.underWay.set(id, redrive);
    return redrive;
  }
}
