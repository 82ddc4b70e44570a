import type { Endpoint } from '../../core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import { messageOf } from '../../core/errors.js';
import type { FoundInstance, LaunchedInstance } from '../../core/ports/instances.js';
import { Member } from './fleet-member.js';
import type { Roster } from './fleet-roster.js';
import type { InstanceLives } from './instance-lives.js';
import { Rounds } from '../rounds.js';
import type { World } from '../world.js';

/**
 * How often Ebb looks for instances without an owner, such as an instance whose launch was under way when Ebb was
 * killed.
 */
export const ORPHANS_INTERVAL_MS = 60_000;

/**
 * How long the start waits for orphans to end before anything is decided. Until they end, they may hold the machine's
 * memory, or its only GPU.
 */
export const ORPHANS_PATIENCE_MS = 1_000;

/** The most instances that are taken over at once. */
const MAX_ADOPTIONS_AT_ONCE = 32;

/** The endpoint and the variant that an instance belongs to, as the catalog records it. */
interface Owner {
  readonly endpoint: Endpoint;
  readonly variant: DeployedVariant;
}

/** Takes over the wanted instances of an earlier run, and ends all other instances without an owner. */
export class FleetAdoption {
  private readonly rounds: Rounds;
  private nextLookAt = 0;
  /** Orphans that are being ended. */
  private readonly endings = new Map<string, Promise<void>>();

  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'instances' | 'log'>,
    private readonly roster: Roster,
    private readonly lives: InstanceLives,
    /** Called with the endpoint of each instance that is taken over. */
    private readonly onAdopted: (endpoint: Endpoint) => void,
  ) {
    this.rounds = new Rounds(world.clock, () => this.round());
  }

  /**
   * Sorts the instances that an earlier run left, then looks for orphans at intervals. Resolves when each instance is
   * taken over or being ended, and the ended ones are gone or `ORPHANS_PATIENCE_MS` have passed.
   */
  async start(): Promise<void> {
    const found = await this.world.instances.list();
    const endpoints = found.length === 0 ? [] : await this.world.catalog.endpoints.all();
    while (found.length > 0) {
      const batch = found.splice(0, MAX_ADOPTIONS_AT_ONCE);
      await Promise.all(batch.map((instance) => this.takeOver(instance, ownerOf(instance, endpoints))));
    }
    await this.awaitEndings();
    this.nextLookAt = this.world.clock.now() + ORPHANS_INTERVAL_MS;
    this.rounds.start();
  }

  /** Stops looking for orphans. Resolves when the instances that are being ended are gone. */
  async stop(): Promise<void> {
    await this.rounds.stop();
    await Promise.all(this.endings.values());
  }

  private async takeOver(found: FoundInstance, owner: Owner | undefined): Promise<void> {
    const { instanceId, isPaused, launchedAs } = found;
    // A paused instance did not count, so others may be in its place.
    if (isPaused) return this.endOrphan(found, 'it was paused');
    if (!owner || !launchedAs) return this.endOrphan(found, 'no deployment of an endpoint has it');
    const member = new Member(instanceId, owner.endpoint, owner.variant, launchedAs.launchedAt, this.world.clock);
    const adopted = await this.adopt(member);
    if (!adopted) return this.endOrphan(found, 'it cannot be taken over');
    this.world.log.info('An instance that an earlier run launched is taken over', member.ids());
    this.onAdopted(owner.endpoint);
    this.lives.adopt(member, adopted);
  }

  private async awaitEndings(): Promise<void> {
    if (this.endings.size === 0) return;
    const enough = new AbortController();
    const patience = this.world.clock.sleep(ORPHANS_PATIENCE_MS, enough.signal).catch(() => undefined);
    await Promise.race([Promise.all(this.endings.values()), patience]);
    enough.abort();
  }

  private async adopt(member: Member): Promise<LaunchedInstance | undefined> {
    try {
      return await this.world.instances.adopt(member.spec());
    } catch (error) {
      this.world.log.warn('An instance could not be taken over', { ...member.ids(), reason: messageOf(error) });
      return undefined;
    }
  }

  /** Returns the time of the next look for orphans. */
  private async round(): Promise<number> {
    const { clock, log } = this.world;
    if (clock.now() < this.nextLookAt) return this.nextLookAt;
    try {
      await this.endOrphans();
    } catch (error) {
      log.warn('The instances could not be listed; Ebb looks for orphans again later', { reason: messageOf(error) });
    }
    this.nextLookAt = clock.now() + ORPHANS_INTERVAL_MS;
    return this.nextLookAt;
  }

  private async endOrphans(): Promise<void> {
    // An instance that goes while the list is made is on the list but no longer in the roster.
    const before = new Set(this.roster.all().map(({ id }) => id));
    for (const found of await this.world.instances.list()) {
      const isOwned = before.has(found.instanceId) || this.roster.get(found.instanceId) !== undefined;
      if (!isOwned) this.endOrphan(found, 'this worker does not own it');
    }
  }

  private endOrphan({ instanceId, launchedAs }: FoundInstance, reason: string): void {
    if (this.endings.has(instanceId)) return;
    const { instances, log } = this.world;
    const ids = { endpoint: launchedAs?.endpointName, variant: launchedAs?.variantName, instanceId };
    log.warn('Terminating an instance that an earlier run left behind', { ...ids, reason });
    const ending = instances
      .terminate(instanceId, 0)
      .catch((error: unknown) => {
        log.warn('An orphan could not be terminated; Ebb tries again later', { ...ids, reason: messageOf(error) });
      })
      .finally(() => this.endings.delete(instanceId));
    this.endings.set(instanceId, ending);
  }
}

/** Returns the variant that an instance was launched as, if the endpoint's record still has it in that deployment. */
function ownerOf({ launchedAs }: FoundInstance, endpoints: readonly Endpoint[]): Owner | undefined {
  const endpoint = endpoints.find(({ name }) => name === launchedAs?.endpointName);
  const variants = [...(endpoint?.variants ?? []), ...(endpoint?.deployment?.variants ?? [])];
  const variant = variants.find(
    ({ deploymentId, name }) => deploymentId === launchedAs?.deploymentId && name === launchedAs.variantName,
  );
  return endpoint && variant && { endpoint, variant };
}
