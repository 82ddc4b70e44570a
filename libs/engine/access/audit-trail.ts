import type { AuditEntry } from '../../core/access/audit.js';
import { isOutage, messageOf } from '../../core/errors.js';
import type { World } from '../world.js';

/** An action as it begins. */
export type BegunAction = Omit<AuditEntry, 'id' | 'at' | 'status'>;

/** Writes down what operators do: before it is done, so that not even a crash leaves a change that nobody made. */
export class AuditTrail {
  constructor(private readonly world: Pick<World, 'catalog' | 'clock' | 'log'>) {}

  /** Returns what is to be told how the action was answered. */
  async begin(action: BegunAction): Promise<(status: number) => Promise<void>> {
    const { catalog, clock } = this.world;
    const entry: AuditEntry = { ...action, id: clock.uniqueId(), at: clock.now() };
    await this.write(entry, catalog.audit.append(entry));
    return (status) => this.write({ ...entry, status }, catalog.audit.answered(entry.id, status));
  }

  /** A full disk must not keep an operator from making room: what cannot be recorded goes into the log instead. */
  private async write(entry: AuditEntry, writing: Promise<void>): Promise<void> {
    try {
      await writing;
    } catch (error) {
      if (!isOutage(error)) throw error;
      this.world.log.error('An operating action could not be recorded', { ...entry, reason: messageOf(error) });
    }
  }
}
