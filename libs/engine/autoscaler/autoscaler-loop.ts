import { isHopeless } from '../../core/instance/crash-loop.js';
import { isPassing } from '../../core/endpoint/endpoint-status.js';
import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import { startupTimeoutMs } from '../../core/endpoint/variant.js';
import { isOutage } from '../../core/errors.js';
import type { CountChange } from '../deployment/count-change.js';
import type { DeploymentProgress } from '../deployment/deploy-endpoint.js';
import type { EndpointRollOut } from '../deployment/endpoint-roll-out.js';
import type { Fleet } from '../instance/fleet.js';
import { launchMissing } from '../deployment/launch-missing.js';
import { reportCrashLoop } from './report-crash-loop.js';
import type { VariantScaler } from '../scaling/scale-variant.js';
import { settleBacklog } from '../worker/settle-backlog.js';
import type { World } from '../world.js';

/** What brings endpoints that are there to what they are to be. */
export interface EndpointChanges {
  readonly scaler: Pick<VariantScaler, 'scale'>;
  readonly rollOut: Pick<EndpointRollOut, 'advance'>;
  readonly counts: Pick<CountChange, 'advance'>;
}

/** However many signals come, an endpoint is looked at no more often than this, but at once after a quiet time. */
const SHORTEST_INTERVAL_MS = 20;
/** How often everything is looked at although nothing called for it: a lost signal costs no more than this. */
const SWEEP_INTERVAL_MS = 10_000;
/** How long to wait after the catalog or the ledger, or what it takes to prove an endpoint, failed before the next try. */
const RETRY_MS = 1_000;
/** How long a deletion waits for invocations that are still held by somebody. */
const LAST_RETURN_MS = 200;

/**
 * Looks at an endpoint when its backlog, its bounds or its instances change, and when time is due; decides; acts. Idle
 * endpoints at zero cost nothing: no timer of theirs runs.
 */
export class AutoscalerLoop {
  private readonly stopping = new AbortController();
  private readonly looks = new Map<string, Look>();
  private unsubscribe: () => void = () => undefined;
  private sweeping: Promise<void> = Promise.resolve();
  private sweepNow = new AbortController();

  constructor(
    private readonly world: World,
    private readonly fleet: Fleet,
    private readonly progress: DeploymentProgress,
    private readonly changes: EndpointChanges,
    /** Only one process decides at a time. */
    private readonly leadership: { readonly isLeading: boolean },
  ) {}

  start(): void {
    this.unsubscribe = this.world.signals.subscribe((signal) => {
      if ('endpointName' in signal) this.look(signal.endpointName);
    });
    this.sweeping = this.sweepForever();
  }

  /** Decides nothing more; resolves when no decision is being carried out. */
  async stop(): Promise<void> {
    this.unsubscribe();
    this.stopping.abort();
    this.sweepNow.abort();
    await this.sweeping;
    await Promise.all([...this.looks.values()].map(({ done }) => done));
  }

  /** Asks for a look at an endpoint now; one that is under way is followed by another. */
  look(endpointName: string): void {
    if (this.stopping.signal.aborted || !this.leadership.isLeading) return;
    const current = this.looks.get(endpointName);
    if (current) {
      // Once is enough: aborting makes an error with its stack, and every accepted invocation comes by here.
      if (!current.again) current.rest.abort();
      current.again = true;
      return;
    }
    const look: Look = { again: false, rest: new AbortController(), done: Promise.resolve() };
    this.looks.set(endpointName, look);
    look.done = this.lookUntilQuiet(endpointName, look);
  }

  private async lookUntilQuiet(endpointName: string, look: Look): Promise<void> {
    const { clock } = this.world;
    const { signal } = this.stopping;
    try {
      while (!signal.aborted) {
        look.again = false;
        const dueAt = await this.lookOrRetry(endpointName);
        await clock.sleep(SHORTEST_INTERVAL_MS, signal).catch(() => undefined);
        if (look.again) continue;
        if (dueAt === undefined) return;
        await this.restUntil(dueAt, look);
      }
    } finally {
      // Nothing is awaited between the last look and here: whoever asks finds a look that goes on, or none.
      this.looks.delete(endpointName);
    }
  }

  private async lookOrRetry(endpointName: string): Promise<number | undefined> {
    try {
      return await this.lookOnce(endpointName);
    } catch (error) {
      this.world.log.error('A scaling decision failed; it is made again', {
        endpoint: endpointName,
        reason: error instanceof Error ? error.message : String(error),
      });
      return this.world.clock.now() + RETRY_MS;
    }
  }

  private async restUntil(dueAt: number, look: Look): Promise<void> {
    // A signal that is aborted already wakes nobody.
    if (this.stopping.signal.aborted) return;
    look.rest = new AbortController();
    const wake = (): void => look.rest.abort();
    this.stopping.signal.addEventListener('abort', wake, { once: true });
    await this.world.clock.sleep(Math.max(0, dueAt - this.world.clock.now()), look.rest.signal).catch(() => undefined);
    this.stopping.signal.removeEventListener('abort', wake);
  }

  /** Returns when it should be looked at again even if nothing happens. */
  private async lookOnce(endpointName: string): Promise<number | undefined> {
    const endpoint = await this.world.catalog.endpoints.get(endpointKey(endpointName));
    if (!endpoint || endpoint.name !== endpointName) {
      void this.fleet.drainAll(endpointName);
      // What was being accepted while its endpoint went has nobody else to settle it.
      await settleBacklog(this.world, endpointName, `The endpoint ${endpointName} does not exist any more.`);
      return undefined;
    }
    this.fleet.route(endpoint);
    void this.fleet.drainStrangers(endpoint);
    switch (endpoint.status) {
      case 'Creating':
        return this.create(endpoint);
      case 'Deleting':
        return this.remove(endpoint);
      case 'Failed':
      case 'OutOfService':
        void this.fleet.drainAll(endpointName);
        return undefined;
      case 'Updating':
      case 'RollingBack':
        return this.update(endpoint);
      default:
        return this.scale(endpoint);
    }
  }

  private async update(endpoint: Endpoint): Promise<number | undefined> {
    const { deployment } = endpoint;
    // Nothing scales while it is updated: its counts are the update's.
    if (deployment) return this.changes.rollOut.advance({ ...endpoint, deployment }, this.leadership);
    const dueAt = await this.scale(endpoint);
    await this.changes.counts.advance(endpoint);
    return dueAt;
  }

  private async scale(endpoint: Endpoint): Promise<number | undefined> {
    const due = await Promise.all(
      endpoint.variants.map(async (variant) => {
        const dueAt = await this.changes.scaler.scale(endpoint, variant, this.leadership);
        const failures = this.fleet.launchFailures(endpoint.name, variant.name, variant.deploymentId);
        await reportCrashLoop(this.world, endpoint, variant.name, failures);
        return dueAt;
      }),
    );
    const times = due.filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** A new endpoint is in service when all the instances that it starts with are, or, at zero, when it is proven. */
  private async create(endpoint: Endpoint): Promise<number | undefined> {
    let isReady = true;
    let dueAt = Infinity;
    for (const variant of endpoint.variants) {
      const { name, deploymentId } = variant;
      const failures = this.fleet.launchFailures(endpoint.name, name, deploymentId);
      if (isHopeless(failures, startupTimeoutMs(variant))) {
        await this.progress.failed(endpoint.name, failures.lastReason);
        return undefined;
      }
      isReady &&= this.fleet.counts(endpoint.name, name, deploymentId).inService >= variant.desiredInstanceCount;
      const { desiredInstanceCount: target } = variant;
      dueAt = Math.min(dueAt, launchMissing(this.fleet, endpoint, variant, target, this.world.clock.now()));
    }
    if (isReady) return this.declareReady(endpoint);
    return dueAt === Infinity ? undefined : dueAt;
  }

  /** Returns when to try again where an outage kept it from being proven. */
  private async declareReady(endpoint: Endpoint): Promise<number | undefined> {
    const startsAtZero = endpoint.variants.every(({ desiredInstanceCount }) => desiredInstanceCount === 0);
    try {
      if (startsAtZero) await this.progress.prove(endpoint, this.stopping.signal);
    } catch (error) {
      if (this.stopping.signal.aborted) return undefined;
      const now = this.world.clock.now();
      const patienceMs = Math.max(...endpoint.variants.map(startupTimeoutMs));
      if (isOutage(error) && now < endpoint.createdAt + patienceMs) return now + RETRY_MS;
      await this.progress.failed(endpoint.name, error instanceof Error ? error.message : String(error));
      return undefined;
    }
    await this.progress.inService(endpoint.name);
    return undefined;
  }

  /** Instances finish what they run and go; then what is still queued is settled, and the record goes. */
  private async remove(endpoint: Endpoint): Promise<number | undefined> {
    void this.fleet.drainAll(endpoint.name);
    const { starting, inService, draining } = this.fleet.counts(endpoint.name);
    if (starting + inService + draining > 0) return undefined;
    // What ran on the last instance may be on its way back to the backlog at this moment.
    const { running } = await this.world.ledger.backlog(endpoint.name);
    if (running > 0) return this.world.clock.now() + LAST_RETURN_MS;
    this.fleet.forget(endpoint);
    await this.progress.deleted(endpoint.name);
    return undefined;
  }

  /** Sweeps now, whenever the next sweep would be. */
  lookAtAll(): void {
    this.sweepNow.abort();
  }

  private async sweepForever(): Promise<void> {
    const { clock, log } = this.world;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      this.sweepNow = new AbortController();
      try {
        await this.sweep();
      } catch (error) {
        log.error('The catalog or the ledger did not answer; looking again', { reason: String(error) });
      }
      await clock.sleep(SWEEP_INTERVAL_MS, this.sweepNow.signal).catch(() => undefined);
    }
  }

  /** Looks at the endpoints that are not at rest: with work, with instances, coming or going, or under their minimum. */
  private async sweep(): Promise<void> {
    const names = new Set([...(await this.world.ledger.endpointsWithBacklog()), ...this.fleet.endpoints()]);
    for (const endpoint of await this.world.catalog.endpoints.all()) {
      if (
        isPassing(endpoint.status) ||
        endpoint.variants.some(({ desiredInstanceCount, wakeOrder }) => desiredInstanceCount > 0 || wakeOrder)
      ) {
        names.add(endpoint.name);
      }
    }
    for (const { endpointName, minCapacity } of await this.world.catalog.scalableTargets.all()) {
      if (minCapacity > 0) names.add(endpointName);
    }
    for (const name of names) this.look(name);
  }
}

/** One endpoint being looked at. */
interface Look {
  again: boolean;
  rest: AbortController;
  done: Promise<void>;
}
