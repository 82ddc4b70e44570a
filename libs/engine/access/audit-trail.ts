import type { AuditEntry } from '../../core/access/audit.js';
import { isOutage, messageOf } from '../../core/errors.js';
import type { World } from '../world.js';

/** An operator's action as it begins. */
export type BegunAction = Omit<AuditEntry, 'id' | 'at' | 'status'>;

/**
 * Records the actions of operators. Each is recorded before it is done, so that even after a crash every change is on
 * record.
 */
export class AuditTrail {
  constructor(private readonly world: Pick<World, 'catalog' | 'clock' | 'log'>) {}

  /** Records an action, and returns a function that records the status of its answer. */
  async begin(action: BegunAction): Promise<(status: number) => Promise<void>> {
    const { catalog, clock } = this.world;
    const entry: AuditEntry = { ...action, id: clock.uniqueId(), at: clock.now() };
    await this.write(entry, catalog.audit.append(entry));
    return (status) => this.write({ ...entry, status }, catalog.audit.answered(entry.id, status));
  }

  /** A full disk must not keep an operator from making room, so an action that cannot be recorded is logged instead. */
  private async write(entry: AuditEntry, writing: Promise<void>): Promise<void> {
    try {
      await writing;
    } catch (error) {
      if (!isOutage(error)) throw error;
      this.world.log.error('An operating action could not be recorded', { ...entry, reason: messageOf(error) });
    }
  }
}
