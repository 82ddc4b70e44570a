import { NO_TRAFFIC, sameTraffic, trafficOf } from '../../core/deployment/traffic.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import { chooseForRetirement, chooseForScaleIn } from '../../core/instance/choose-instance.js';
import { type LaunchFailures, launchableNow } from '../../core/instance/crash-loop.js';
import { type Instance, type InstanceDetail, freeSlots } from '../../core/instance/instance.js';
import type { InstanceStart } from '../../core/instance/start-phase.js';
import type { World } from '../world.js';
import type { Capacity, Met } from './capacity.js';
import { FleetAdoption } from './fleet-adoption.js';
import { Member } from './fleet-member.js';
import { Roster } from './fleet-roster.js';
import { type FleetObserver, InstanceLives } from './instance-lives.js';
import type { Counts, InstanceControl, InstanceCounts, InstanceStatus } from './instance-view.js';
import { LaunchRecord } from './launch-record.js';
import { LeaseRouter } from './lease-router.js';
import { meetTargets } from './meet-targets.js';
import type { Slot } from './slot.js';
import { WarmInstances } from './warm-instances.js';

/**
 * The most instances of a variant that may be starting at once. Further instances are launched as these come into
 * service.
 */
const MAX_STARTING = 1_000;

/**
 * The instances that this worker owns. The fleet launches them, watches them until they end, and is the one place that
 * counts them. It holds the instances that exist; their wanted number is decided elsewhere.
 */
export class Fleet implements Capacity, InstanceCounts, InstanceStatus, InstanceControl {
  private readonly roster = new Roster();
  private readonly launches = new LaunchRecord();
  private readonly routers = new Map<string, LeaseRouter>();
  /** The router that chose each slot: traffic may be divided anew before the slot comes back unused. */
  private readonly choosers = new WeakMap<Slot, LeaseRouter>();
  private readonly lives: InstanceLives;
  private readonly warm: WarmInstances;
  private readonly adoption: FleetAdoption;

  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'instances' | 'log' | 'logs' | 'signals'>,
    observer?: FleetObserver,
  ) {
    this.lives = new InstanceLives(world, this.roster, this.launches, observer);
    this.warm = new WarmInstances(world, this.roster, this.lives);
    this.adoption = new FleetAdoption(world, this.roster, this.lives, (endpoint) => this.route(endpoint));
  }

  /** Takes over the wanted instances of an earlier run, and ends the rest. Called before anything is decided. */
  async start(): Promise<void> {
    await this.adoption.start();
  }

  /** Ends every instance, with the usual grace for each. Resolves when all are gone. */
  async terminateAll(): Promise<void> {
    await Promise.all([this.adoption.stop(), this.warm.stop(), this.lives.endAll()]);
  }

  /**
   * Puts `count` instances on their way into service: it resumes paused instances, and launches the others. Returns for
   * each a promise of whether it came into service.
   */
  launch(endpoint: Endpoint, variant: DeployedVariant, count: number): Promise<boolean>[] {
    if (!this.routers.has(endpoint.name)) this.route(endpoint);
    const woken = this.warm.toWake(endpoint, variant, count).map((member) => this.wake(endpoint, variant, member));
    const launched = Array.from({ length: count - woken.length }, () => this.launchOne(endpoint, variant));
    return [...woken, ...launched];
  }

  /**
   * Routes leases to the variants' instances as the endpoint's record says, from now on, and drops what the record does
   * not have.
   */
  route(endpoint: Endpoint): void {
    const traffic = trafficOf(endpoint);
    const router = this.routers.get(endpoint.name);
    if (!router || !sameTraffic(router.traffic, traffic)) {
      this.routers.set(endpoint.name, new LeaseRouter(traffic));
      // Instances that had to stay idle may get work now.
      if (router) this.world.signals.notify({ kind: 'endpoint', endpointName: endpoint.name });
    }
    this.launches.keepOnly(endpoint);
    this.warm.keepOnly(endpoint);
  }

  /** Gives no lease to the endpoint's instances until the next `route`. */
  hold(endpointName: string): void {
    this.routers.set(endpointName, new LeaseRouter(NO_TRAFFIC));
  }

  /** Launches the instances that the record asks for and that are missing, and lets the surplus go. */
  meetTargets(endpoint: Endpoint): Met[] {
    return meetTargets(this, endpoint, this.world.clock.now());
  }

  /**
   * Takes up to `count` idle instances out of service, by pausing or ending them. Returns for each a promise of that.
   */
  scaleIn(endpoint: Endpoint, variant: DeployedVariant, count: number): Promise<void>[] {
    const { deploymentId, name: variantName } = variant;
    const chosen = chooseForScaleIn(this.roster.of({ endpointName: endpoint.name, variantName, deploymentId }), count);
    const { paused, drain } = this.warm.takeIn(endpoint, variant, chosen);
    return [...paused, ...drain.map((member) => this.drain(member))];
  }

  /**
   * Lets every instance of an endpoint, or of one deployment, finish its invocations and go. Starting and paused
   * instances go at once.
   */
  drainAll(endpointName: string, deploymentId?: string): Promise<void>[] {
    return [...this.roster.of({ endpointName, deploymentId })].map((member) => this.drain(member));
  }

  /**
   * Lets `count` instances of a variant finish their invocations and go. The instances with the least to lose go first.
   */
  retire(endpointName: string, { name: variantName, deploymentId }: DeployedVariant, count: number): Promise<void>[] {
    const chosen = chooseForRetirement(this.roster.of({ endpointName, variantName, deploymentId }), count);
    return chosen.map((member) => this.drain(member));
  }

  /** Lets the instances of an endpoint go that belong to none of its present deployments. */
  drainStrangers({ name: endpointName, variants, deployment }: Endpoint): Promise<void>[] {
    const known = new Set([...variants, ...(deployment?.variants ?? [])].map(({ deploymentId }) => deploymentId));
    const strangers = [...this.roster.of({ endpointName })].filter(({ deploymentId }) => !known.has(deploymentId));
    return strangers.map((member) => this.drain(member));
  }

  drainInstance(endpointName: string, instanceId: string): InstanceDetail | undefined {
    const member = this.roster.get(instanceId);
    if (!member || member.endpointName !== endpointName) return undefined;
    void this.drain(member);
    this.lives.changed(member);
    return member.detail;
  }

  counts(endpointName: string, variantName?: string, deploymentId?: string): Counts {
    return this.roster.counts({ endpointName, variantName, deploymentId });
  }

  instances(endpointName: string, variantName?: string, deploymentId?: string): Instance[] {
    return [...this.roster.of({ endpointName, variantName, deploymentId })];
  }

  details(endpointName: string): InstanceDetail[] {
    return [...this.roster.of({ endpointName })].map(({ detail }) => detail);
  }

  /** Returns the instances of a variant that are on their way into service. */
  starts(endpointName: string, variantName: string): InstanceStart[] {
    return this.roster.in('Starting', { endpointName, variantName }).map(({ start }) => start);
  }

  /** Returns the time that the invocations on a variant's instances in service have been running, added up. */
  runningForMs(endpointName: string, variantName: string, now: number): number {
    const inService = this.roster.in('InService', { endpointName, variantName });
    return inService.reduce((sum, member) => sum + member.runningForMs(now), 0);
  }

  /** Returns the launch failures of a variant, by default those of the latest deployment that has any. */
  launchFailures(endpointName: string, variantName: string, deploymentId?: string): LaunchFailures | undefined {
    return this.launches.of(endpointName, variantName, deploymentId);
  }

  /**
   * Returns how many of a variant's missing instances may be launched now. The number is small or 0 while its launches
   * fail, and never exceeds the limit on starting instances.
   */
  launchableNow(endpointName: string, variantName: string, missing: number, deploymentId?: string): number {
    const now = this.world.clock.now();
    let starting = 0;
    let unproved = 0;
    for (const { health, state } of this.roster.of({ endpointName, variantName, deploymentId })) {
      if (state === 'Starting') starting += 1;
      if ((state === 'Starting' || state === 'InService') && !health.hasProvedItself) unproved += 1;
    }
    const failures = this.launchFailures(endpointName, variantName, deploymentId);
    return Math.min(launchableNow(failures, { missing, unproved, now }), Math.max(0, MAX_STARTING - starting));
  }

  /** Forgets a deleted endpoint, so that its failures do not count against a later endpoint of that name. */
  forget({ name }: Pick<Endpoint, 'name'>): void {
    this.launches.keepOnly({ name, variants: [] });
    this.routers.delete(name);
  }

  /** Returns the names of the endpoints that have any instance. */
  endpoints(): Set<string> {
    return this.roster.endpoints();
  }

  /** Takes up to `max` free slots of an endpoint's instances, one by one in the order of routing. */
  reserve(endpointName: string, max: number): Slot[] {
    const router = this.routers.get(endpointName);
    const members = [...this.roster.of({ endpointName })];
    const slots: Slot[] = [];
    if (!router) return slots;
    while (slots.length < max) {
      const member = router.choose(members);
      if (!member) break;
      const slot = member.takeSlot();
      this.choosers.set(slot, router);
      slots.push(slot);
    }
    return slots;
  }

  instanceRunning(endpointName: string, invocationId: string): string | undefined {
    for (const member of this.roster.of({ endpointName })) if (member.runs(invocationId)) return member.id;
    return undefined;
  }

  /** Begins work on a slot that was reserved. */
  occupy(slot: Slot, invocationId?: string): void {
    this.roster.get(slot.instanceId)?.startWork(slot, this.world.clock.now(), invocationId);
  }

  /** Frees a slot whose invocation is over. `hasAnswered` says whether the model has shown that it works. */
  free(slot: Slot, hasAnswered = true): void {
    const member = this.roster.get(slot.instanceId);
    if (!member) return;
    member.finishWork(slot, this.world.clock.now(), hasAnswered);
    const hasProved = member.hasAnswered && this.launches.proved(member);
    if (hasProved || member.busy === 0) this.lives.changed(member);
  }

  /** Gives back a slot that was taken but not used. Nothing has changed, so no signal is sent. */
  giveBack(slot: Slot): void {
    const member = this.roster.get(slot.instanceId);
    if (!member) return;
    this.choosers.get(slot)?.giveBack(member);
    member.leaveSlot();
  }

  hasFreeSlot(endpointName: string): boolean {
    for (const member of this.roster.of({ endpointName })) if (freeSlots(member) > 0) return true;
    return false;
  }

  private launchOne(endpoint: Endpoint, variant: DeployedVariant): Promise<boolean> {
    const member = new Member(this.world.clock.uniqueId(), endpoint, variant, this.world.clock.now(), this.world.clock);
    this.lives.launch(member);
    return member.cameIntoService;
  }

  private async wake(endpoint: Endpoint, variant: DeployedVariant, member: Member): Promise<boolean> {
    const waking = await this.warm.wake(member);
    if (waking !== 'failed') return waking === 'in service';
    // No await separates these steps, so the count stays the same.
    member.goAtOnce();
    return this.launchOne(endpoint, variant);
  }

  private drain(member: Member): Promise<void> {
    member.drain();
    return member.gone;
  }
}
