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

/**
 * One instance of the fleet. It changes only by the steps of `INSTANCE_STEPS`; code outside the fleet reads it as an
 * `Instance`.
 */
export class Member implements RoutedInstance {
  readonly endpointName: string;
  readonly variantName: string;
  readonly deploymentId: string;
  readonly variantKey: string;
  readonly instanceType: string | undefined;
  readonly slots: number;
  /** Whether work is spread over its variant's instances, as `LEAST_OUTSTANDING_REQUESTS` asks. */
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

  /** The time of its first entry into service. */
  get inServiceAt(): number | undefined {
    return this.firstInServiceAt;
  }

  get pausedUntil(): number | undefined {
    return this.pauseEndsAt;
  }

  get busy(): number {
    return this.work.taken;
  }

  /** Since when no work has run on it; a slot that is only taken does not count as work. */
  get idleSince(): number | undefined {
    return this.work.idleSince;
  }

  /** How it comes to its end, as far as known: `stopped`, unless another cause comes first. */
  get ending(): InstanceEnd {
    return this.presentEnding;
  }

  /** How its container ended, if it did. */
  get exit(): InstanceExit | undefined {
    return this.ownExit;
  }

  /** Resolves when its start is over, with whether it came into service. */
  get cameIntoService(): Promise<boolean> {
    return this.entry.promise;
  }

  /** Resolves when it has been told to go and has finished its work. */
  get drained(): Promise<void> {
    return this.lastWork.promise;
  }

  /** Resolves when nothing is left of it. */
  get gone(): Promise<void> {
    return this.departure.promise;
  }

  /** Aborted when its start, or its wake, is no longer wanted. */
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

  /** Begins the next phase of its start. */
  enter(phase: StartPhase, now: number): void {
    if (this.state === 'Starting') this.phases.enter(phase, now);
  }

  /** Ends its start; returns the duration of each phase. */
  serve(now: number): StartPhasesMs {
    this.take('serve');
    this.firstInServiceAt ??= now;
    this.health.serveFrom(now);
    this.work.restFrom(now);
    this.entry.resolve(true);
    return this.phases.end(now);
  }

  /** Pauses it; it goes at `until` unless it is needed before. */
  pause(until: number): void {
    this.take('pause');
    this.pauseEndsAt = until;
  }

  /** Puts it on its way back into service. */
  wake(now: number): void {
    this.take('wake');
    this.pauseEndsAt = undefined;
    this.phases.enter('ping', now);
  }

  /**
   * Stops it from taking work; it goes when it has finished. A starting instance goes at once. An instance that is
   * already going is not changed.
   */
  drain(): void {
    if (this.isGoing) return;
    if (this.state === 'Starting') this.leave.abort();
    this.take('drain');
    if (this.busy === 0) this.lastWork.resolve();
  }

  /** Lets it go at once, even while work runs on it. */
  goAtOnce(): void {
    if (!this.isGoing) this.take('drain');
    this.leave.abort();
    this.lastWork.resolve();
  }

  /** Notes that its container ended: it takes no more work, though its remains are not cleared up yet. */
  end(exit: InstanceExit): void {
    this.ownExit = exit;
    if (this.ending === 'stopped' && !this.leaving.aborted) this.presentEnding = endOf(exit);
    // A first start continues to its own failure. An instance that was cleared away has ended already.
    const isFirstStart = this.state === 'Starting' && this.inServiceAt === undefined;
    if (!isFirstStart && this.state !== 'Gone') this.take('end');
    this.abandon.abort(new Abandoned({ kind: 'instance-broke', reason: describeExit(exit, this.instanceType) }));
  }

  /** Notes that too many of its pings went wrong. This stays the cause of its end, even if it dies later. */
  fallSick(): void {
    this.presentEnding = 'sick';
  }

  /** Notes that its start failed although its container did not end. */
  giveUpStart(): void {
    this.presentEnding = 'never-healthy';
  }

  /**
   * Ends the pings of its start, and cuts off the work that still runs on it. The worker causes this, not the instance.
   */
  cutOff(): void {
    this.leave.abort();
    this.abandon.abort(new Abandoned({ kind: 'worker-stopped' }));
  }

  /** Notes that nothing is left of it. */
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

  /** Begins work on a slot that was taken. */
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

  /** Returns the time that its invocations have been running, added up. */
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

  /** Whether it was told to go, or has ended. */
  private get isGoing(): boolean {
    return this.state === 'Draining' || this.state === 'Gone';
  }

  private take(step: InstanceStep): void {
    const next = stateAfter(this.state, step);
    if (next !== this.state) this.stateSince = this.clock.now();
    this.currentState = next;
  }
}
