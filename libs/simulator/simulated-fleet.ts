import { chooseForScaleIn, chooseInstance } from '../core/instance/choose-instance.js';
import type { InstanceState } from '../core/instance/instance-state.js';
import type { Instance } from '../core/instance/instance.js';

/** An instance of the simulation. */
export class SimulatedInstance implements Instance {
  readonly endpointName = 'simulated';
  readonly variantName = 'main';
  state: InstanceState = 'Starting';
  inServiceAt?: number;
  idleSince?: number;
  /** The beginnings of the invocations that it runs. */
  readonly begunAt: number[] = [];

  constructor(
    readonly id: string,
    readonly slots: number,
    readonly launchedAt: number,
  ) {}

  get busy(): number {
    return this.begunAt.length;
  }
}

/** The counts of a fleet up to a moment; times are milliseconds, summed over its instances. */
export interface FleetCount {
  readonly starts: number;
  /** The most instances that existed at once. */
  readonly largest: number;
  /** The time from launch until gone. */
  readonly instanceMs: number;
  readonly startingMs: number;
  /** The time in service without work. */
  readonly idleMs: number;
}

/**
 * The instances of the simulated variant. Core chooses which instance takes the next invocation and which goes first.
 */
export class SimulatedFleet {
  starting = 0;
  inService = 0;
  /** The instances in service that run at least one invocation. */
  busy = 0;
  /** The invocations that run on instances in service: their number, and the sum of their beginnings. */
  private running = 0;
  private runningSince = 0;
  private readonly members = new Set<SimulatedInstance>();
  private countedUntil = 0;
  private starts = 0;
  private largest = 0;
  private instanceMs = 0;
  private startingMs = 0;
  private idleMs = 0;

  constructor(private readonly slots: number) {}

  /** The number of all instances, including draining ones. */
  get size(): number {
    return this.members.size;
  }

  get startingSince(): number[] {
    return this.starting === 0 ? [] : this.inState('Starting').map(({ launchedAt }) => launchedAt);
  }

  get idleSince(): number[] {
    return this.busy === this.inService ? [] : this.inState('InService').flatMap(({ idleSince }) => idleSince ?? []);
  }

  runningForMs(now: number): number {
    return this.running * now - this.runningSince;
  }

  launch(now: number): SimulatedInstance {
    this.countUntil(now);
    this.starts += 1;
    const instance = new SimulatedInstance(String(this.starts), this.slots, now);
    this.members.add(instance);
    this.starting += 1;
    this.largest = Math.max(this.largest, this.members.size);
    return instance;
  }

  comeIntoService(instance: SimulatedInstance, now: number): void {
    this.countUntil(now);
    this.starting -= 1;
    this.inService += 1;
    instance.state = 'InService';
    instance.inServiceAt = now;
    instance.idleSince = now;
  }

  /** Gives an invocation to an instance; undefined if no slot is free. */
  occupy(now: number): SimulatedInstance | undefined {
    if (this.running === this.inService * this.slots) return undefined;
    const instance = chooseInstance(this.members);
    if (!instance) return undefined;
    this.countUntil(now);
    if (instance.busy === 0) this.busy += 1;
    instance.begunAt.push(now);
    instance.idleSince = undefined;
    this.running += 1;
    this.runningSince += now;
    return instance;
  }

  /** Ends an invocation that began at `since`. A draining instance goes with its last invocation. */
  free(instance: SimulatedInstance, since: number, now: number): void {
    this.countUntil(now);
    instance.begunAt.splice(instance.begunAt.indexOf(since), 1);
    if (instance.state === 'Draining') {
      if (instance.busy === 0) this.remove(instance);
      return;
    }
    this.running -= 1;
    this.runningSince -= since;
    if (instance.busy > 0) return;
    this.busy -= 1;
    instance.idleSince = now;
  }

  /**
   * Removes `count` instances: idle ones first, then starting ones, the youngest first. Busy instances are not cut off:
   * they take no more work, and go when they have finished.
   */
  reduce(count: number, now: number): void {
    this.countUntil(now);
    const idle = chooseForScaleIn(this.members, count);
    for (const instance of idle) this.remove(instance);
    const starting = this.inState('Starting').reverse();
    const cancelled = starting.slice(0, count - idle.length);
    for (const instance of cancelled) this.remove(instance);
    const working = this.inState('InService').reverse();
    for (const instance of working.slice(0, count - idle.length - cancelled.length)) this.drain(instance);
  }

  count(now: number): FleetCount {
    this.countUntil(now);
    const { idleMs, instanceMs, largest, startingMs, starts } = this;
    return { idleMs, instanceMs, largest, startingMs, starts };
  }

  private inState(state: InstanceState): SimulatedInstance[] {
    return [...this.members].filter((instance) => instance.state === state);
  }

  private drain(instance: SimulatedInstance): void {
    instance.state = 'Draining';
    this.inService -= 1;
    this.busy -= 1;
    this.running -= instance.busy;
    for (const since of instance.begunAt) this.runningSince -= since;
  }

  private remove(instance: SimulatedInstance): void {
    this.members.delete(instance);
    if (instance.state === 'Starting') this.starting -= 1;
    if (instance.state === 'InService') this.inService -= 1;
    instance.state = 'Gone';
  }

  private countUntil(now: number): void {
    const ms = now - this.countedUntil;
    this.countedUntil = now;
    this.instanceMs += ms * this.members.size;
    this.startingMs += ms * this.starting;
    this.idleMs += ms * (this.inService - this.busy);
  }
}
