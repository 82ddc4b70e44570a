import type { Backlog } from '../core/invocation/backlog.js';
import type { Decider, Situation } from './decider.js';
import { EventHeap, type TimedEvent } from './event-heap.js';
import { type FleetCount, SimulatedFleet, type SimulatedInstance } from './simulated-fleet.js';
import type { Timeline } from './timeline.js';
import type { Trace } from './trace.js';
import { type Workload, startTimes } from './workload.js';

/** The result of a trace under a decider. */
export interface Run {
  /** The milliseconds from accepted to begun, in the order of arrival, without invocations that never began. */
  readonly waitsMs: Float64Array;
  readonly fleet: FleetCount;
  readonly endedAt: number;
  /**
   * Whether all work was done and the fleet was back at its minimum. It stays false under a decider that leaves work.
   */
  readonly isFinished: boolean;
}

/** The shortest time between two looks of a decider. Ebb's autoscaler has the same limit. */
const SHORTEST_INTERVAL_MS = 20;
/** The longest time that a run may continue after its trace is over. */
const LONGEST_AFTERMATH_MS = 24 * 3_600_000;

/** Runs a trace under a decider on virtual time. The same arguments give the same run. */
export function simulate(trace: Trace, work: Workload, decider: Decider, timeline?: Timeline): Run {
  return new Simulation(trace, work, decider, timeline).run();
}

type Event = TimedEvent & { readonly instance: SimulatedInstance } & (
    { readonly kind: 'ready' } | { readonly kind: 'served'; readonly begunAt: number }
  );

/** One variant with a backlog in order of arrival, its instances and its decider. */
class Simulation implements Situation {
  now = 0;
  desired: number;
  queuedMs = 0;
  runningMs = 0;
  private readonly fleet: SimulatedFleet;
  private readonly events = new EventHeap<Event>();
  private readonly nextStartMs: () => number;
  private readonly waitsMs: Float64Array;
  private accepted = 0;
  private begun = 0;
  private done = 0;
  private order = 0;
  private lookAt = 0;
  private lookedAt = -Infinity;

  constructor(
    private readonly trace: Trace,
    private readonly work: Workload,
    private readonly decider: Decider,
    private readonly timeline?: Timeline,
  ) {
    this.fleet = new SimulatedFleet(trace.slotsPerInstance);
    this.nextStartMs = startTimes(trace);
    this.waitsMs = new Float64Array(work.acceptedAt.length);
    this.desired = trace.bounds.minimum;
    for (let i = 0; i < this.desired; i += 1) this.fleet.comeIntoService(this.fleet.launch(0), 0);
  }

  get backlog(): Backlog {
    const queued = this.accepted - this.begun;
    const running = this.begun - this.done;
    return queued === 0
      ? { queued, running }
      : { queued, running, oldestAcceptedAt: this.work.acceptedAt[this.begun]! };
  }

  get starting(): number {
    return this.fleet.starting;
  }

  get inService(): number {
    return this.fleet.inService;
  }

  get busy(): number {
    return this.fleet.busy;
  }

  get idleSince(): readonly number[] {
    return this.fleet.idleSince;
  }

  get startingSince(): readonly number[] {
    return this.fleet.startingSince;
  }

  get runningForMs(): number {
    return this.fleet.runningForMs(this.now);
  }

  get slotsPerInstance(): number {
    return this.trace.slotsPerInstance;
  }

  get bounds(): Trace['bounds'] {
    return this.trace.bounds;
  }

  run(): Run {
    const latest = this.trace.lastsMs + LONGEST_AFTERMATH_MS;
    while (!this.isFinished) {
      const nextAt = Math.min(this.nextArrivalAt, this.events.nextAt, this.lookAt, this.restUntil);
      if (nextAt > latest) break;
      this.goOnTo(nextAt);
      if (this.happen()) this.rouse();
      if (this.lookAt <= this.now) this.look();
      this.record();
    }
    return {
      waitsMs: this.waitsMs.subarray(0, this.begun),
      fleet: this.fleet.count(this.now),
      endedAt: this.now,
      isFinished: this.isFinished,
    };
  }

  private get isFinished(): boolean {
    const isDone = this.done === this.work.acceptedAt.length && this.now >= this.trace.lastsMs;
    return isDone && this.fleet.size <= this.trace.bounds.minimum;
  }

  private get nextArrivalAt(): number {
    return this.work.acceptedAt[this.accepted] ?? Infinity;
  }

  /** The end of the trace, until which the run continues even without events. */
  private get restUntil(): number {
    return this.now < this.trace.lastsMs ? this.trace.lastsMs : Infinity;
  }

  private goOnTo(at: number): void {
    const ms = at - this.now;
    this.queuedMs += ms * (this.accepted - this.begun);
    this.runningMs += ms * (this.begun - this.done);
    this.now = at;
  }

  /** Processes all events that are due now, and tells whether there were any. */
  private happen(): boolean {
    const { now } = this;
    const before = this.accepted;
    while (this.nextArrivalAt <= now) this.accepted += 1;
    const came = this.accepted - before;
    if (came > 0) this.decider.accepted?.(came, now);
    let hasHappened = came > 0;
    while (this.events.nextAt <= now) {
      this.take(this.events.take()!);
      hasHappened = true;
    }
    if (hasHappened) this.handOut();
    return hasHappened;
  }

  private take(event: Event): void {
    const { instance } = event;
    if (event.kind === 'served') {
      this.done += 1;
      this.fleet.free(instance, event.begunAt, this.now);
      this.decider.served?.(this.now - event.begunAt, this.now);
    } else if (instance.state === 'Starting') {
      this.fleet.comeIntoService(instance, this.now);
      this.decider.started?.(this.now - instance.launchedAt, this.now);
    }
  }

  /** Starts waiting invocations in order of arrival, while slots are free. */
  private handOut(): void {
    const { now, work } = this;
    while (this.begun < this.accepted) {
      const instance = this.fleet.occupy(now);
      if (!instance) return;
      this.waitsMs[this.begun] = now - work.acceptedAt[this.begun]!;
      this.events.put({
        kind: 'served',
        at: now + work.serviceMs[this.begun]!,
        order: this.order++,
        instance,
        begunAt: now,
      });
      this.begun += 1;
    }
  }

  private rouse(): void {
    if (!this.decider.isRousedBy(this)) return;
    this.lookAt = Math.min(this.lookAt, Math.max(this.now, this.lookedAt + SHORTEST_INTERVAL_MS));
  }

  private look(): void {
    const { now } = this;
    const { desired, lookAgainAt = Infinity } = this.decider.look(this);
    this.lookedAt = now;
    this.lookAt = Math.max(lookAgainAt, now + SHORTEST_INTERVAL_MS);
    const surplus = this.fleet.starting + this.fleet.inService - desired;
    for (let i = surplus; i < 0; i += 1) {
      const instance = this.fleet.launch(now);
      this.events.put({ kind: 'ready', at: now + this.nextStartMs(), order: this.order++, instance });
    }
    if (surplus > 0) this.fleet.reduce(surplus, now);
    this.desired = desired;
  }

  private record(): void {
    if (!this.timeline) return;
    const { queued, running } = this.backlog;
    this.timeline.record({ at: this.now, queued, running, starting: this.starting, inService: this.inService });
  }
}
