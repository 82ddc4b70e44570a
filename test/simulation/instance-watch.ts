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

/** A decision is made by what was read no longer ago. */
const LONGEST_READING_MS = 2_000;
/** A lost signal is made up for by a sweep, and what is refused is tried again, within this time. */
const LONGEST_HEARING_MS = 30_000;

/** What an instance was launched as. */
type LaunchedAs = Pick<LaunchSpec, 'endpointName' | 'variantName' | 'deploymentId'>;

/** Judges what processes do with their instances, as they do it. */
export class InstanceWatch {
  readonly states: StateWatch;
  private readonly running = new Map<string, Set<SimulatedProcess>>();
  private readonly sick = new Set<string>();
  private readonly launchedAs = new Map<string, LaunchedAs>();
  /** Those that were seen to be told to go: what is to become of the others of their deployment later is not theirs. */
  private readonly seenDraining = new Set<string>();
  /** Those that an operator has taken out. */
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

  /** While dispatch is paused, nothing but a minimum or an order to wake makes instances. */
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

  /** What was leased before a pause may begin after it, and who has not heard of it yet leases on, for a while. */
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

  /** What an earlier process launched is only ended where nobody wants it, or where it stood still. */
  async terminatedUnadopted({ instanceId, isPaused: stoodStill, launchedAs }: FoundInstance): Promise<void> {
    if (stoodStill || !launchedAs || !(await this.isWanted(launchedAs))) return;
    this.simulation.violation(`the instance ${instanceId} of an earlier process was ended and not taken over`);
  }

  async terminatedWhileStarting(instanceId: string): Promise<void> {
    if (this.drained.has(instanceId) || !(await this.isWanted(this.launchedAs.get(instanceId)!))) return;
    this.simulation.violation(`the instance ${instanceId} was ended while it was starting`);
  }

  /** Only a sick one may be told to go while it works, or one that an operator takes out. */
  async drainingBusy(instanceId: string): Promise<void> {
    if (this.seenDraining.has(instanceId)) return;
    this.seenDraining.add(instanceId);
    const mayGo = this.sick.has(instanceId) || this.drained.has(instanceId);
    if (mayGo || !(await this.isWanted(this.launchedAs.get(instanceId)!))) return;
    this.simulation.violation(`the busy instance ${instanceId} is drained`);
  }

  /**
   * The instances of an endpoint that is being deleted, or could not be created, all have to go; so do those that an update
   * replaces, or takes back.
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

  /** Returns what to call at the end. */
  invoking(process: SimulatedProcess, inferenceId: string): () => void {
    void this.invokingHeld(process, inferenceId);
    const { hasRefused, redelivered, scenario } = this.simulation;
    const holders = this.running.get(inferenceId) ?? new Set();
    this.running.set(inferenceId, holders);
    // One that stood still may have been about to begin when its lease ran out.
    const isExcused = hasRefused || scenario.clockSkewMs > 0 || redelivered.has(inferenceId) || process.wasFrozen;
    for (const other of holders) {
      if (other.isDead || other.wasFrozen || isExcused) continue;
      this.simulation.violation(`${inferenceId} runs twice, on ${other.workerId} and ${process.workerId}`);
    }
    holders.add(process);
    return () => holders.delete(process);
  }
}

/** Whether its dispatch has been paused since then at least. */
function wasPausedAt(endpoint: Endpoint, at: number): boolean {
  return isPaused(endpoint, 'dispatch') && (endpoint.gateChanges?.dispatch?.at ?? Infinity) <= at;
}
