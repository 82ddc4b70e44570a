import type { Endpoint } from '../../core/endpoint/endpoint.js';
import { type DeployedVariant, deployedVariantKey, startupTimeoutMs } from '../../core/endpoint/variant.js';
import { type InstanceEnd, describeExit, endOf } from '../../core/instance/instance-end.js';
import { type InstanceState, type InstanceStep, stateAfter } from '../../core/instance/instance-state.js';
import type { InstanceDetail } from '../../core/instance/instance.js';
import type { InstanceStart, StartPhase, StartPhasesMs } from '../../core/instance/start-phase.js';
import type { Clock } from '../../core/ports/clock.js';
import type { InstanceExit, LaunchSpec } from '../../core/ports/instances.js';
import { launchSpec } from './launch-spec.js';
import type { RoutedInstance } from './lease-router.js';
import { MemberHealth } from './member-health.js';
import { type Slot, Abandoned } from './slot.js';
import { SlotWork } from './slot-work.js';
import { StartPhases } from './start-phases.js';

/** One instance of the fleet. It changes only by the steps of `INSTANCE_STEPS`; outside the fleet it is read as an `Instance`. */
export class Member implements RoutedInstance {
  readonly endpointName: string;
  readonly variantName: string;
  readonly deploymentId: string;
  readonly variantKey: string;
  readonly instanceType: string | undefined;
  readonly slots: number;
  /** Whether work is spread over its variant's instances, as `LEAST_OUTSTANDING_REQUESTS` asks for. */
  readonly spreads: boolean;
  readonly startupTimeoutMs: number;
  readonly health = new MemberHealth();
  private currentState: InstanceState = 'Starting';
  private stateSince: number;
  private firstInServiceAt: number | undefined;
  private pauseEndsAt: number | undefined;
  private presentEnding: InstanceEnd = 'stopped';
  private ownExit: InstanceExit | undefined;
  private readonly entry = Promise.withResolvers<boolean>();
  private readonly lastWork = Promise.withResolvers<void>();
  private readonly departure = Promise.withResolvers<void>();
  private readonly leave = new AbortController();
  private readonly abandon = new AbortController();
  private readonly work = new SlotWork();
  private readonly phases: StartPhases;

  constructor(
    readonly id: string,
    endpoint: Endpoint,
    private readonly variant: DeployedVariant,
    readonly launchedAt: number,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    this.stateSince = launchedAt;
    this.endpointName = endpoint.name;
    this.variantName = variant.name;
    this.deploymentId = variant.deploymentId;
    this.variantKey = deployedVariantKey(endpoint.name, variant);
    this.instanceType = variant.instanceType;
    this.phases = new StartPhases(launchedAt);
    this.slots = variant.slots;
    this.spreads = variant.routingStrategy === 'LEAST_OUTSTANDING_REQUESTS';
    this.startupTimeoutMs = startupTimeoutMs(variant);
  }

  get state(): InstanceState {
    return this.currentState;
  }

  /** When it first came into service. */
  get inServiceAt(): number | undefined {
    return this.firstInServiceAt;
  }

  get pausedUntil(): number | undefined {
    return this.pauseEndsAt;
  }

  get busy(): number {
    return this.work.taken;
  }

  /** Since when it has worked on nothing; a slot that is only taken does not end that. */
  get idleSince(): number | undefined {
    return this.work.idleSince;
  }

  /** How it comes to its end, as far as is known: told to go, unless something else comes first. */
  get ending(): InstanceEnd {
    return this.presentEnding;
  }

  /** How it ended by itself, where it has. */
  get exit(): InstanceExit | undefined {
    return this.ownExit;
  }

  /** Resolves when its start is over: with whether it came into service. */
  get cameIntoService(): Promise<boolean> {
    return this.entry.promise;
  }

  /** Resolves when it was told to go and has finished what it ran. */
  get drained(): Promise<void> {
    return this.lastWork.promise;
  }

  /** Resolves when nothing is left of it. */
  get gone(): Promise<void> {
    return this.departure.promise;
  }

  /** Aborted when its start, or its wake, is not wanted any more. */
  get leaving(): AbortSignal {
    return this.leave.signal;
  }

  /** Whether its model has answered any invocation. */
  get hasAnswered(): boolean {
    return this.health.hasAnswered;
  }

  get start(): InstanceStart {
    const { phase, since } = this.phases;
    return { instanceId: this.id, launchedAt: this.launchedAt, phase, phaseSince: since };
  }

  get detail(): InstanceDetail {
    const { busy, deploymentId, id, inServiceAt, launchedAt, pausedUntil, slots, state, stateSince, variantName } =
      this;
    return {
      id,
      variantName,
      deploymentId,
      state,
      stateSince,
      launchedAt,
      inServiceAt,
      pausedUntil,
      idleSince: this.idleSince,
      slots,
      busy,
      running: this.work.running,
      phasesMs: this.phases.soFar(this.clock.now(), state === 'Starting'),
      phase: state === 'Starting' ? this.phases.phase : undefined,
    };
  }

  /** The next phase of its start begins. */
  enter(phase: StartPhase, now: number): void {
    if (this.state === 'Starting') this.phases.enter(phase, now);
  }

  /** Its start is over; returns how long each phase took. */
  serve(now: number): StartPhasesMs {
    this.take('serve');
    this.firstInServiceAt ??= now;
    this.health.serveFrom(now);
    this.work.restFrom(now);
    this.entry.resolve(true);
    return this.phases.end(now);
  }

  /** Stops where it stands, and goes at that time unless it is needed before. */
  pause(until: number): void {
    this.take('pause');
    this.pauseEndsAt = until;
  }

  /** On its way back into service. */
  wake(now: number): void {
    this.take('wake');
    this.pauseEndsAt = undefined;
    this.phases.enter('ping', now);
  }

  /** Takes no more and goes when it has finished; one that is still starting goes at once. Nothing new to one that goes. */
  drain(): void {
    if (this.isGoing) return;
    if (this.state === 'Starting') this.leave.abort();
    this.take('drain');
    if (this.busy === 0) this.lastWork.resolve();
  }

  /** Goes whatever it does. */
  goAtOnce(): void {
    if (!this.isGoing) this.take('drain');
    this.leave.abort();
    this.lastWork.resolve();
  }

  /** It has ended by itself: it takes no more, though its remains are not cleared up yet. */
  end(exit: InstanceExit): void {
    this.ownExit = exit;
    if (this.ending === 'stopped' && !this.leaving.aborted) this.presentEnding = endOf(exit);
    // A first start goes on to its failure. One that was cleared away has ended for that.
    const isFirstStart = this.state === 'Starting' && this.inServiceAt === undefined;
    if (!isFirstStart && this.state !== 'Gone') this.take('end');
    this.abandon.abort(new Abandoned({ kind: 'instance-broke', reason: describeExit(exit, this.instanceType) }));
  }

  /** Too many of its pings have gone wrong: whatever else happens to it, that is its end. */
  fallSick(): void {
    this.presentEnding = 'sick';
  }

  /** Its start has failed without an end of its own. */
  giveUpStart(): void {
    this.presentEnding = 'never-healthy';
  }

  /** Ends the pings of its start, and cuts off what still runs on it: that is our doing. */
  cutOff(): void {
    this.leave.abort();
    this.abandon.abort(new Abandoned({ kind: 'worker-stopped' }));
  }

  /** Nothing is left of it. */
  clearAway(): void {
    this.take('clear away');
    this.entry.resolve(false);
    this.departure.resolve();
  }

  takeSlot(): Slot {
    this.work.take();
    const { abandon, id: instanceId, inServiceAt: instanceReadyAt, variantName } = this;
    return { instanceId, variantName, instanceReadyAt, abandon: abandon.signal };
  }

  /** Work begins on a slot that was taken. */
  startWork(slot: Slot, now: number, invocationId?: string): void {
    this.work.begin(slot, now, invocationId);
  }

  finishWork(slot: Slot, now: number, hasAnswered: boolean): void {
    this.work.end(slot, now);
    if (hasAnswered && !this.abandon.signal.aborted) this.health.noteAnswer();
    this.leaveSlot();
  }

  leaveSlot(): void {
    this.work.giveBack();
    if (this.state === 'Draining' && this.busy === 0) this.lastWork.resolve();
  }

  /** How long the invocations that run on it have been running, all together. */
  runningForMs(now: number): number {
    return this.work.runningForMs(now);
  }

  runs(invocationId: string): boolean {
    return this.work.runs(invocationId);
  }

  ids(): { endpoint: string; variant: string; instanceId: string } {
    return { endpoint: this.endpointName, variant: this.variantName, instanceId: this.id };
  }

  spec(): LaunchSpec {
    return launchSpec(this.endpointName, this.variant, this.id);
  }

  /** Whether it was told to go already, or has ended. */
  private get isGoing(): boolean {
    return this.state === 'Draining' || this.state === 'Gone';
  }

  private take(step: InstanceStep): void {
    const next = stateAfter(this.state, step);
    if (next !== this.state) this.stateSince = this.clock.now();
    this.currentState = next;
  }
}
