import { isPaused } from '../../libs/core/endpoint/endpoint-gates.js';
import { type Endpoint, endpointKey } from '../../libs/core/endpoint/endpoint.js';
import type { FoundInstance, LaunchSpec } from '../../libs/core/ports/instances.js';
import { WAKE_ORDER_VALID_MS } from '../../libs/core/scaling/wake-order.js';
import type { Fleet } from '../../libs/engine/instance/fleet.js';
import { CapacityLimits } from './capacity-limits.js';
import type { RunningEngine } from './running-engine.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { Simulation } from './simulation.js';
import { StateWatch } from './state-watch.js';

/** The greatest age of the readings behind a decision. */
const LONGEST_READING_MS = 2_000;
/** The longest time until a sweep replaces a lost signal, and until a refused call is tried again. */
const LONGEST_HEARING_MS = 30_000;

/** The endpoint, variant and deployment that an instance was launched for. */
type LaunchedAs = Pick<LaunchSpec, 'endpointName' | 'variantName' | 'deploymentId'>;

/** Judges the acts of processes on their instances as they happen. */
export class InstanceWatch {
  readonly states: StateWatch;
  private readonly running = new Map<string, Set<SimulatedProcess>>();
  private readonly sick = new Set<string>();
  private readonly launchedAs = new Map<string, LaunchedAs>();
  /** Instances that were seen draining. Later changes to their deployment do not concern them. */
  private readonly seenDraining = new Set<string>();
  /** Instances that an operator has drained. */
  private readonly drained = new Set<string>();
  /** When an operator last had an endpoint woken. */
  private readonly wokenAt = new Map<string, number>();
  private readonly limits: CapacityLimits;

  constructor(private readonly simulation: Simulation) {
    this.states = new StateWatch((what) => simulation.violation(what));
    this.limits = new CapacityLimits(simulation.catalog, () => simulation.clock.now());
  }

  noteSick(instanceId: string): void {
    this.sick.add(instanceId);
  }

  noteDrained(instanceId: string): void {
    this.drained.add(instanceId);
  }

  noteWoken(endpointName: string): void {
    this.wokenAt.set(endpointName, this.simulation.clock.now());
  }

  launching({ fleet, process }: RunningEngine, spec: LaunchSpec): void {
    const { endpointName, variantName, deploymentId } = spec;
    this.launchedAs.set(spec.instanceId, spec);
    const { starting, inService } = fleet.counts(endpointName, variantName, deploymentId);
    void this.launchingPaused(fleet, spec, starting + inService);
    const maximum = this.limits.recentMaximum(spec);
    if (starting + inService <= maximum) return;
    this.simulation.violation(
      `${process.workerId} has ${starting + inService} instances of ${endpointName}/${variantName} at a maximum of ${maximum}`,
    );
  }

  /** Reports launches while dispatch is paused. Only a minimum or an order to wake may launch instances then. */
  private async launchingPaused(fleet: Fleet, spec: LaunchSpec, count: number): Promise<void> {
    const { endpointName, instanceId } = spec;
    const member = fleet.details(endpointName).find(({ id }) => id === instanceId);
    const endpoint = await this.simulation.catalog.endpoints.get(endpointKey(endpointName));
    if (!member || !endpoint || endpoint.status !== 'InService' || endpoint.deployment) return;
    const { launchedAt: decidedAt } = member;
    const wasWoken = decidedAt - (this.wokenAt.get(endpointName) ?? -Infinity) <= 2 * WAKE_ORDER_VALID_MS;
    if (!wasPausedAt(endpoint, decidedAt - LONGEST_READING_MS) || wasWoken) return;
    const minimum = this.limits.recentMinimum(spec, decidedAt - LONGEST_READING_MS);
    if (count <= minimum) return;
    this.simulation.violation(
      `${instanceId} is launched as number ${count} at a minimum of ${minimum} while the dispatch of ${endpointName} is paused`,
    );
  }

  /**
   * Reports invocations that run while dispatch is paused. An invocation leased before the pause may start after it,
   * and a process that does not know of the pause yet may lease for a while.
   */
  private async invokingHeld(process: SimulatedProcess, inferenceId: string): Promise<void> {
    const { arrivals, catalog, clock } = this.simulation;
    const { endpointName } = arrivals.get(inferenceId)!;
    const endpoint = await catalog.endpoints.get(endpointKey(endpointName));
    if (!endpoint || process.wasFrozen || !wasPausedAt(endpoint, clock.now() - LONGEST_HEARING_MS)) return;
    this.simulation.violation(`${inferenceId} is run on ${process.workerId} while dispatch is paused`);
  }

  terminatedBusy(instanceId: string): void {
    this.simulation.violation(`the busy instance ${instanceId} was terminated`);
  }

  pausedBusy(instanceId: string): void {
    this.simulation.violation(`the busy instance ${instanceId} was paused`);
  }

  invokingPaused(instanceId: string): void {
    this.simulation.violation(`the paused instance ${instanceId} is given an invocation`);
  }

  /** Reports that an instance of an earlier process was ended. Only unwanted and paused instances may be. */
  async terminatedUnadopted({ instanceId, isPaused: stoodStill, launchedAs }: FoundInstance): Promise<void> {
    if (stoodStill || !launchedAs || !(await this.isWanted(launchedAs))) return;
    this.simulation.violation(`the instance ${instanceId} of an earlier process was ended and not taken over`);
  }

  async terminatedWhileStarting(instanceId: string): Promise<void> {
    if (this.drained.has(instanceId) || !(await this.isWanted(this.launchedAs.get(instanceId)!))) return;
    this.simulation.violation(`the instance ${instanceId} was ended while it was starting`);
  }

  /** Reports that a busy instance is drained. Only a sick instance may be, or one that an operator drains. */
  async drainingBusy(instanceId: string): Promise<void> {
    if (this.seenDraining.has(instanceId)) return;
    this.seenDraining.add(instanceId);
    const mayGo = this.sick.has(instanceId) || this.drained.has(instanceId);
    if (mayGo || !(await this.isWanted(this.launchedAs.get(instanceId)!))) return;
    this.simulation.violation(`the busy instance ${instanceId} is drained`);
  }

  /**
   * Whether an instance should stay. It should go if its endpoint is being deleted or could not be created, or if an
   * update replaces it or takes it back.
   */
  private async isWanted({ deploymentId, endpointName }: LaunchedAs): Promise<boolean> {
    const endpoint = await this.simulation.catalog.endpoints.get(endpointKey(endpointName));
    if (!endpoint) return false;
    const { deployment, status, variants } = endpoint;
    const isNew = deployment?.id === deploymentId;
    const isServing = variants.some((variant) => variant.deploymentId === deploymentId);
    switch (status) {
      case 'InService':
      case 'UpdateRollbackFailed':
        return isServing || isNew;
      case 'Updating':
        return deployment ? isNew : isServing;
      case 'RollingBack':
        return deployment === undefined && isServing;
      default:
        return false;
    }
  }

  /** Notes the start of an invocation. Returns the function to call at its end. */
  invoking(process: SimulatedProcess, inferenceId: string): () => void {
    void this.invokingHeld(process, inferenceId);
    const { hasRefused, redelivered, scenario } = this.simulation;
    const holders = this.running.get(inferenceId) ?? new Set();
    this.running.set(inferenceId, holders);
    // A process that was frozen may have been about to begin when its lease expired.
    const isExcused = hasRefused || scenario.clockSkewMs > 0 || redelivered.has(inferenceId) || process.wasFrozen;
    for (const other of holders) {
      if (other.isDead || other.wasFrozen || isExcused) continue;
      this.simulation.violation(`${inferenceId} runs twice, on ${other.workerId} and ${process.workerId}`);
    }
    holders.add(process);
    return () => holders.delete(process);
  }
}

/** Whether dispatch has been paused at least since that time. */
function wasPausedAt(endpoint: Endpoint, at: number): boolean {
  return isPaused(endpoint, 'dispatch') && (endpoint.gateChanges?.dispatch?.at ?? Infinity) <= at;
}
