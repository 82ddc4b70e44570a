import { type DeployedVariant, type Endpoint, DEFAULT_STARTUP_TIMEOUT_SECONDS } from '../core/endpoint.js';
import {
  type InstanceStart,
  type InstanceState,
  PROVED_AFTER_MS,
  type StartPhase,
  type StartPhasesMs,
} from '../core/instance.js';
import type { LaunchSpec } from '../core/ports/instances.js';
import type { Slot } from './fleet.js';
import type { RoutedInstance } from './lease-router.js';
import { launchSpec } from './launch-spec.js';
import { Abandoned } from './run-invocation.js';

/** One instance as it changes; outside the fleet it is read as an `Instance`. */
export class Member implements RoutedInstance {
  readonly endpointName: string;
  readonly variantName: string;
  readonly deploymentId: string;
  readonly variantKey: string;
  readonly slots: number;
  /** Whether work is spread over its variant's instances, as `LEAST_OUTSTANDING_REQUESTS` asks for. */
  readonly spreads: boolean;
  readonly startupTimeoutMs: number;
  state: InstanceState = 'Starting';
  busy = 0;
  inServiceAt: number | undefined;
  /** Whether it has brought any invocation to an end. */
  hasAnswered = false;
  readonly cameIntoService = Promise.withResolvers<boolean>();
  readonly drained = Promise.withResolvers<void>();
  readonly gone = Promise.withResolvers<void>();
  /** Ends a start that is no longer wanted. */
  readonly leave = new AbortController();
  /** Ends what runs on it when it dies. */
  readonly abandon = new AbortController();
  /** The taken slots that run an invocation; the others wait for a lease and may come back unused. */
  private readonly working = new Map<Slot, { readonly since: number; readonly invocationId?: string }>();
  /** Since when each of them does, added up. */
  private workingSinceSum = 0;
  private restingSince: number | undefined;
  private phase: StartPhase = 'queued';
  private phaseSince: number;
  private readonly finishedPhasesMs: Partial<Record<StartPhase, number>> = {};

  constructor(
    readonly id: string,
    endpoint: Endpoint,
    private readonly variant: DeployedVariant,
    readonly launchedAt: number,
  ) {
    this.endpointName = endpoint.name;
    this.variantName = variant.name;
    this.deploymentId = variant.deploymentId;
    this.variantKey = deployedVariantKey(endpoint.name, variant);
    this.phaseSince = launchedAt;
    this.slots = variant.slots;
    this.spreads = variant.routingStrategy === 'LEAST_OUTSTANDING_REQUESTS';
    this.startupTimeoutMs =
      (variant.containerStartupHealthCheckTimeoutSeconds ?? DEFAULT_STARTUP_TIMEOUT_SECONDS) * 1000;
  }

  /** Since when it has worked on nothing; a slot that is only taken does not end that. */
  get idleSince(): number | undefined {
    return this.working.size === 0 ? this.restingSince : undefined;
  }

  /** How long the invocations that run on it have been running, all together. */
  runningForMs(now: number): number {
    return this.working.size * now - this.workingSinceSum;
  }

  runs(invocationId: string): boolean {
    return [...this.working.values()].some((work) => work.invocationId === invocationId);
  }

  get start(): InstanceStart {
    return { instanceId: this.id, launchedAt: this.launchedAt, phase: this.phase, phaseSince: this.phaseSince };
  }

  /** The next phase of its start begins. */
  enter(phase: StartPhase, now: number): void {
    if (this.state !== 'Starting') return;
    this.finishPhase(now);
    this.phase = phase;
  }

  /** Its start is over; returns how long each phase took. */
  serveFrom(now: number): StartPhasesMs {
    this.finishPhase(now);
    this.state = 'InService';
    this.inServiceAt = now;
    this.restingSince = now;
    return this.finishedPhasesMs;
  }

  private finishPhase(now: number): void {
    this.finishedPhasesMs[this.phase] = now - this.phaseSince;
    this.phaseSince = now;
  }

  takeSlot(): Slot {
    this.busy += 1;
    return { instanceId: this.id, variantName: this.variantName, abandon: this.abandon.signal };
  }

  /** Work begins on a slot that was taken. */
  startWork(slot: Slot, now: number, invocationId?: string): void {
    this.working.set(slot, { since: now, invocationId });
    this.workingSinceSum += now;
  }

  finishWork(slot: Slot, now: number, hasAnswered: boolean): void {
    this.workingSinceSum -= this.working.get(slot)?.since ?? 0;
    this.working.delete(slot);
    this.restingSince = now;
    this.hasAnswered ||= hasAnswered && !this.abandon.signal.aborted;
    this.leaveSlot();
  }

  leaveSlot(): void {
    this.busy -= 1;
    if (this.state === 'Draining' && this.busy === 0) this.drained.resolve();
  }

  /** It has ended by itself: it takes no more, though its remains are not cleared up yet. A start goes on to its failure. */
  end(): void {
    if (this.state !== 'Starting') this.state = 'Gone';
    this.abandon.abort(new Abandoned({ kind: 'instance-broke' }));
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

  /** Whether its launch was a success in the end: it has done some work, or at least stayed. */
  hasProvedItself(now: number): boolean {
    return this.hasAnswered || (this.inServiceAt !== undefined && now - this.inServiceAt >= PROVED_AFTER_MS);
  }

  ids(): { endpoint: string; variant: string; instanceId: string } {
    return { endpoint: this.endpointName, variant: this.variantName, instanceId: this.id };
  }

  spec(): LaunchSpec {
    return launchSpec(this.endpointName, this.variant, this.id);
  }
}

export function variantKey(endpointName: string, variantName: string): string {
  return `${endpointName}/${variantName}`;
}

/** Tells a variant from those of its name in other deployments of the endpoint. */
export function deployedVariantKey(
  endpointName: string,
  { name, deploymentId }: Pick<DeployedVariant, 'name' | 'deploymentId'>,
): string {
  return `${variantKey(endpointName, name)}/${deploymentId}`;
}
