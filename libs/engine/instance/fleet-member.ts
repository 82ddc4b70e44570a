import type { Endpoint } from '../../core/endpoint/endpoint.js';
import { type DeployedVariant, deployedVariantKey, startupTimeoutMs } from '../../core/endpoint/variant.js';
import { type InstanceEnd, describeExit, endOf } from '../../core/instance/instance-end.js';
import type { InstanceState } from '../../core/instance/instance-state.js';
import { type InstanceDetail, PROVED_AFTER_MS } from '../../core/instance/instance.js';
import type { InstanceStart, StartPhase, StartPhasesMs } from '../../core/instance/start-phase.js';
import type { Clock } from '../../core/ports/clock.js';
import type { InstanceExit, LaunchSpec } from '../../core/ports/instances.js';
import { type Slot, Abandoned } from './slot.js';
import type { RoutedInstance } from './lease-router.js';
import { launchSpec } from './launch-spec.js';
import { SlotWork } from './slot-work.js';
import { StartPhases } from './start-phases.js';

/** One instance as it changes; outside the fleet it is read as an `Instance`. */
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
  busy = 0;
  inServiceAt: number | undefined;
  pausedUntil: number | undefined;
  /** How many bad answers of its pings stand against it. */
  badAnswers = 0;
  /** Whether its model has answered any invocation. */
  hasAnswered = false;
  /** How it comes to its end, as far as is known: told to go, unless something else comes first. */
  ending: InstanceEnd = 'stopped';
  /** How it ended by itself, where it has. */
  exit: InstanceExit | undefined;
  readonly cameIntoService = Promise.withResolvers<boolean>();
  readonly drained = Promise.withResolvers<void>();
  readonly gone = Promise.withResolvers<void>();
  /** Ends a start that is no longer wanted. */
  readonly leave = new AbortController();
  /** Ends what runs on it when it dies. */
  readonly abandon = new AbortController();
  private currentState: InstanceState = 'Starting';
  private stateSince: number;
  private hasStayed = false;
  /** Since when it has been in service without a pause. */
  private wellSince = Infinity;
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

  set state(state: InstanceState) {
    if (state !== this.currentState) this.stateSince = this.clock.now();
    this.currentState = state;
  }

  /** Since when it has worked on nothing; a slot that is only taken does not end that. */
  get idleSince(): number | undefined {
    return this.work.idleSince;
  }

  /** How long the invocations that run on it have been running, all together. */
  runningForMs(now: number): number {
    return this.work.runningForMs(now);
  }

  runs(invocationId: string): boolean {
    return this.work.runs(invocationId);
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
  serveFrom(now: number): StartPhasesMs {
    this.state = 'InService';
    this.inServiceAt ??= now;
    this.wellSince = now;
    this.work.restFrom(now);
    return this.phases.end(now);
  }

  /** Stops where it stands, and goes at that time unless it is needed before. */
  pause(until: number): void {
    this.state = 'Paused';
    this.pausedUntil = until;
  }

  /** On its way back into service. */
  wake(now: number): void {
    this.state = 'Starting';
    this.badAnswers = 0;
    this.pausedUntil = undefined;
    this.phases.enter('ping', now);
  }

  takeSlot(): Slot {
    this.busy += 1;
    const { abandon, id: instanceId, inServiceAt: instanceReadyAt, variantName } = this;
    return { instanceId, variantName, instanceReadyAt, abandon: abandon.signal };
  }

  /** Work begins on a slot that was taken. */
  startWork(slot: Slot, now: number, invocationId?: string): void {
    this.work.begin(slot, now, invocationId);
  }

  finishWork(slot: Slot, now: number, hasAnswered: boolean): void {
    this.work.end(slot, now);
    this.hasAnswered ||= hasAnswered && !this.abandon.signal.aborted;
    this.leaveSlot();
  }

  leaveSlot(): void {
    this.busy -= 1;
    if (this.state === 'Draining' && this.busy === 0) this.drained.resolve();
  }

  /** It has ended by itself: it takes no more, though its remains are not cleared up yet. A start goes on to its failure. */
  end(exit: InstanceExit): void {
    this.exit = exit;
    if (this.ending === 'stopped' && !this.leave.signal.aborted) this.ending = endOf(exit);
    if (this.state !== 'Starting' || this.inServiceAt !== undefined) this.state = 'Gone';
    this.abandon.abort(new Abandoned({ kind: 'instance-broke', reason: describeExit(exit, this.instanceType) }));
  }

  /** Takes no more and goes when it has finished; one that is still starting goes at once. */
  drain(): void {
    if (this.state === 'Gone') return;
    if (this.state === 'Starting') this.leave.abort();
    this.state = 'Draining';
    if (this.busy === 0) this.drained.resolve();
  }

  /** Goes whatever it does. */
  goAtOnce(): void {
    if (this.state !== 'Gone') this.state = 'Draining';
    this.leave.abort();
    this.drained.resolve();
  }

  /** It has just passed a ping, or at least worked through it: enough of a proof when it has been there for a while. */
  stayedUntil(now: number): void {
    this.hasStayed ||= this.badAnswers === 0 && now - this.wellSince >= PROVED_AFTER_MS;
  }

  /** Whether its launch was a success in the end: it has done some work, or at least stayed and been well. */
  get hasProvedItself(): boolean {
    return this.hasAnswered || this.hasStayed;
  }

  ids(): { endpoint: string; variant: string; instanceId: string } {
    return { endpoint: this.endpointName, variant: this.variantName, instanceId: this.id };
  }

  spec(): LaunchSpec {
    return launchSpec(this.endpointName, this.variant, this.id);
  }
}
