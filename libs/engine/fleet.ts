import { type LaunchFailures, isOvercome, launchableNow, withFailure } from '../core/crash-loop.js';
import type { DeployedVariant, Endpoint } from '../core/endpoint.js';
import { isEbbError } from '../core/errors.js';
import {
  type Instance,
  type InstanceStart,
  type InstanceState,
  PROVED_AFTER_MS,
  STOP_GRACE_MS,
  type StartPhasesMs,
  chooseForScaleIn,
  freeSlots,
} from '../core/instance.js';
import type { LaunchedInstance } from '../core/ports/instances.js';
import { sameTraffic, trafficOf } from '../core/traffic.js';
import { awaitHealthy } from './await-healthy.js';
import { Member, deployedVariantKey, variantKey } from './fleet-member.js';
import type { Counts } from './instance-counts.js';
import { InstanceStatus } from './instance-status.js';
import { LaunchTurns } from './launch-turns.js';
import { LeaseRouter } from './lease-router.js';
import { Abandoned } from './run-invocation.js';
import type { World } from './world.js';

/** The place of one running invocation on one instance. `abandon` is aborted when the instance dies. */
export interface Slot {
  readonly instanceId: string;
  readonly variantName: string;
  readonly abandon: AbortSignal;
}

/** Told of every start's end. */
export interface FleetObserver {
  /** An instance came into service. */
  started(endpointName: string, variantName: string, phasesMs: StartPhasesMs): void;
  /** An instance ended before it had been of any use. */
  startFailed(endpointName: string, variantName: string, reason: string): void;
}

/**
 * The instances that this worker owns: launched, watched until they end, and counted in this one place. What is here is
 * what exists; how many there should be is decided elsewhere.
 */
export class Fleet extends InstanceStatus {
  private readonly members = new Map<string, Member>();
  private readonly failures = new Map<string, LaunchFailures>();
  private readonly turns = new LaunchTurns();
  private readonly routers = new Map<string, LeaseRouter>();
  private readonly lives = new Set<Promise<void>>();

  constructor(
    private readonly world: World,
    private readonly observer?: FleetObserver,
  ) {
    super();
  }

  /** Terminates what an earlier run left behind; called once, before anything is launched. */
  async removeLeftovers(): Promise<void> {
    const leftovers = await this.world.instances.list();
    await Promise.all(
      leftovers.map(async ({ instanceId }) => {
        this.world.log.warn('Terminating an instance that an earlier run left behind', { instanceId });
        await this.world.instances.terminate(instanceId, 0);
      }),
    );
  }

  /** Starts launching `count` instances; returns a promise for each that tells whether it came into service. */
  launch(endpoint: Endpoint, variant: DeployedVariant, count: number): Promise<boolean>[] {
    this.route(endpoint);
    return Array.from({ length: count }, () => {
      const member = new Member(this.world.clock.uniqueId(), endpoint, variant, this.world.clock.now());
      this.members.set(member.id, member);
      const life = this.live(member).finally(() => this.lives.delete(life));
      this.lives.add(life);
      return member.cameIntoService.promise;
    });
  }

  /** From now on leases go to the variants' instances as the endpoint's record says. */
  route(endpoint: Endpoint): void {
    const traffic = trafficOf(endpoint);
    const router = this.routers.get(endpoint.name);
    if (!router || !sameTraffic(router.traffic, traffic)) this.routers.set(endpoint.name, new LeaseRouter(traffic));
  }

  /** Drains up to `count` idle instances of a variant; returns for each a promise of its end. */
  drainIdle(endpointName: string, variantName: string, count: number, deploymentId?: string): Promise<void>[] {
    return chooseForScaleIn(this.of(endpointName, variantName, deploymentId), count).map((member) =>
      this.drain(member),
    );
  }

  /** Lets every instance of an endpoint, or of one deployment, finish what it runs and go; those still starting go at once. */
  drainAll(endpointName: string, deploymentId?: string): Promise<void>[] {
    return [...this.of(endpointName, undefined, deploymentId)].map((member) => this.drain(member));
  }

  override counts(endpointName: string, variantName?: string, deploymentId?: string): Counts {
    const counts: Record<InstanceState, number> = { Starting: 0, InService: 0, Paused: 0, Draining: 0, Gone: 0 };
    for (const member of this.of(endpointName, variantName, deploymentId)) counts[member.state] += 1;
    return { starting: counts.Starting, inService: counts.InService, draining: counts.Draining };
  }

  override instances(endpointName: string, variantName?: string, deploymentId?: string): Instance[] {
    return [...this.of(endpointName, variantName, deploymentId)];
  }

  /** The instances of a variant that are on their way into service. */
  override starts(endpointName: string, variantName: string): InstanceStart[] {
    const starting = [...this.of(endpointName, variantName)].filter(({ state }) => state === 'Starting');
    return starting.map(({ start }) => start);
  }

  /** How long the invocations that run on a variant's instances in service have been running, all together. */
  runningForMs(endpointName: string, variantName: string, now: number): number {
    let sum = 0;
    for (const member of this.of(endpointName, variantName)) {
      if (member.state === 'InService') sum += member.runningForMs(now);
    }
    return sum;
  }

  /** Of the latest deployment that has any, unless told which. */
  override launchFailures(
    endpointName: string,
    variantName: string,
    deploymentId?: string,
  ): LaunchFailures | undefined {
    if (deploymentId !== undefined) {
      return this.failures.get(deployedVariantKey(endpointName, { name: variantName, deploymentId }));
    }
    const prefix = `${variantKey(endpointName, variantName)}/`;
    return [...this.failures].findLast(([key]) => key.startsWith(prefix))?.[1];
  }

  /** How many of the instances that a variant is missing may be launched now: few or none while its launches fail. */
  launchableNow(endpointName: string, variantName: string, missing: number, deploymentId?: string): number {
    const now = this.world.clock.now();
    let unproved = 0;
    for (const member of this.of(endpointName, variantName, deploymentId)) {
      const counts = member.state === 'Starting' || member.state === 'InService';
      if (counts && !member.hasProvedItself(now)) unproved += 1;
    }
    return launchableNow(this.launchFailures(endpointName, variantName, deploymentId), { missing, unproved, now });
  }

  /** A deleted endpoint's failures must not count against a later one of its name. */
  forget({ name }: Pick<Endpoint, 'name'>): void {
    for (const key of this.failures.keys()) if (key.startsWith(`${name}/`)) this.failures.delete(key);
    this.routers.delete(name);
  }

  /** The endpoints that have any instance. */
  endpoints(): Set<string> {
    return new Set([...this.members.values()].map((member) => member.endpointName));
  }

  /** Takes up to `max` free slots of an endpoint's instances, one by one as routing has it. */
  reserve(endpointName: string, max: number): Slot[] {
    const router = this.routers.get(endpointName);
    const members = [...this.of(endpointName)];
    const slots: Slot[] = [];
    while (slots.length < max) {
      const member = router?.choose(members);
      if (!member) break;
      slots.push(member.takeSlot());
    }
    return slots;
  }

  override instanceRunning(endpointName: string, invocationId: string): string | undefined {
    for (const member of this.of(endpointName)) if (member.runs(invocationId)) return member.id;
    return undefined;
  }

  /** Work begins on a slot that was reserved. */
  occupy(slot: Slot, invocationId?: string): void {
    this.members.get(slot.instanceId)?.startWork(slot, this.world.clock.now(), invocationId);
  }

  /** Frees a slot whose invocation is over; `hasAnswered` tells whether the instance brought it to its end. */
  free(slot: Slot, hasAnswered = true): void {
    const member = this.members.get(slot.instanceId);
    if (!member) return;
    member.finishWork(slot, this.world.clock.now(), hasAnswered);
    const hasProved = member.hasAnswered && this.proved(member);
    if (hasProved || member.busy === 0) this.changed(member);
  }

  /** Gives back a slot that was taken for nothing: as if it had not been, so nobody is told. */
  giveBack(slot: Slot): void {
    const member = this.members.get(slot.instanceId);
    if (!member) return;
    this.routers.get(member.endpointName)?.giveBack(member);
    member.leaveSlot();
  }

  hasFreeSlot(endpointName: string): boolean {
    for (const member of this.of(endpointName)) if (freeSlots(member) > 0) return true;
    return false;
  }

  /** Ends every instance, giving each the usual grace; resolves when all are gone. */
  async terminateAll(): Promise<void> {
    for (const member of this.members.values()) member.goAtOnce();
    await Promise.all(this.lives);
  }

  private drain(member: Member): Promise<void> {
    member.drain();
    return member.gone.promise;
  }

  /** The whole life of one instance, from launch to gone. */
  private async live(member: Member): Promise<void> {
    const { instances, log } = this.world;
    try {
      const { exited } = await this.launchInTurn(member);
      void exited.then(() => member.end());
      const exit = await Promise.race([exited, awaitHealthy(this.world, member)]);
      if (exit) throw new Error(`The container ended before it was healthy: ${exit.reason}`);
      // It may have been told to go while its first good ping was on its way.
      member.leave.signal.throwIfAborted();
      this.cameIntoService(member);
      const end = await Promise.race([exited, member.drained.promise]);
      if (end) this.died(member, end.reason);
    } catch (error) {
      if (!member.leave.signal.aborted) {
        const permanent = isEbbError(error, 'ImageNotFound', 'InvalidRequest', 'ModelDataUnusable');
        this.failed(member, error instanceof Error ? error.message : String(error), permanent);
      }
    } finally {
      // Ends the pings of an instance that died before it was healthy.
      member.leave.abort();
      // Whatever still runs now was cut off by us.
      member.abandon.abort(new Abandoned({ kind: 'worker-stopped' }));
      await instances.terminate(member.id, STOP_GRACE_MS).catch((error: unknown) => {
        log.error('An instance could not be terminated and may still run', { ...member.ids(), reason: String(error) });
      });
      this.remove(member);
    }
  }

  private async launchInTurn(member: Member): Promise<LaunchedInstance> {
    const { clock, instances } = this.world;
    const { signal } = member.leave;
    await this.turns.take(member.variantKey, signal);
    try {
      return await instances.launch(member.spec(), (phase) => member.enter(phase, clock.now()), signal);
    } finally {
      this.turns.end(member.variantKey);
    }
  }

  private cameIntoService(member: Member): void {
    const now = this.world.clock.now();
    const phasesMs = member.serveFrom(now);
    this.world.log.info('An instance came into service', {
      ...member.ids(),
      startMs: now - member.launchedAt,
      phasesMs,
    });
    this.observer?.started(member.endpointName, member.variantName, phasesMs);
    member.cameIntoService.resolve(true);
    this.changed(member);
    void this.proveByStaying(member);
  }

  /** Where no work comes, an instance proves itself by not dying. */
  private async proveByStaying(member: Member): Promise<void> {
    try {
      await this.world.clock.sleep(PROVED_AFTER_MS, member.leave.signal);
    } catch {
      return;
    }
    if (this.proved(member)) this.changed(member);
  }

  /** Launches go well again, where this instance is young enough to tell; returns whether they had not. */
  private proved(member: Member): boolean {
    const failures = this.failures.get(member.variantKey);
    if (!failures || !isOvercome(failures, member.launchedAt)) return false;
    return this.failures.delete(member.variantKey);
  }

  /** An instance that dies before it has been of any use counts as a launch that failed: it would die again at once. */
  private died(member: Member, reason: string): void {
    this.world.log.warn('An instance died; what it ran goes back to the backlog', { ...member.ids(), reason });
    if (member.hasProvedItself(this.world.clock.now())) this.proved(member);
    else this.failed(member, reason, false);
    this.changed(member);
  }

  private failed(member: Member, reason: string, permanent: boolean): void {
    const { launchedAt } = member;
    const failure = { launchedAt, at: this.world.clock.now(), reason, permanent };
    this.failures.set(member.variantKey, withFailure(this.failures.get(member.variantKey), failure));
    this.observer?.startFailed(member.endpointName, member.variantName, reason);
    this.world.log.warn('An instance did not start; the next launch waits longer', { ...member.ids(), reason });
  }

  private remove(member: Member): void {
    member.state = 'Gone';
    this.members.delete(member.id);
    member.cameIntoService.resolve(false);
    member.gone.resolve();
    this.changed(member);
  }

  private changed(member: Member): void {
    this.world.signals.notify({ kind: 'endpoint', endpointName: member.endpointName });
  }

  private *of(endpointName: string, variantName?: string, deploymentId?: string): Generator<Member> {
    for (const member of this.members.values()) {
      if (member.endpointName !== endpointName) continue;
      if (variantName !== undefined && member.variantName !== variantName) continue;
      if (deploymentId === undefined || member.deploymentId === deploymentId) yield member;
    }
  }
}
