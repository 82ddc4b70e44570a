import { endpointKey } from '../../libs/core/endpoint.js';
import type { FoundInstance } from '../../libs/core/ports/instances.js';
import type { RunningEngine } from './running-engine.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { Simulation } from './simulation.js';

/** A reading of the catalog is at most this old when it is acted on. */
const STALE_MS = 500;

/** Judges what processes do with their instances, as they do it. */
export class InstanceWatch {
  private readonly running = new Map<string, Set<SimulatedProcess>>();
  private readonly sick = new Set<string>();
  private readonly maxima = new Map<string, { readonly at: number; readonly maximum: number }[]>();

  constructor(private readonly simulation: Simulation) {}

  noteMaximum(endpointName: string, maximum: number): void {
    const noted = this.maxima.get(endpointName) ?? [];
    this.maxima.set(endpointName, [...noted, { at: this.simulation.clock.now(), maximum }]);
  }

  noteSick(instanceId: string): void {
    this.sick.add(instanceId);
  }

  launching({ fleet, process }: RunningEngine, endpointName: string): void {
    const { starting, inService } = fleet.counts(endpointName);
    const maximum = this.recentMaximum(endpointName);
    if (starting + inService <= maximum) return;
    this.simulation.violation(
      `${process.workerId} has ${starting + inService} instances of ${endpointName} at a maximum of ${maximum}`,
    );
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
  async terminatedUnadopted({ instanceId, isPaused, launchedAs }: FoundInstance): Promise<void> {
    if (isPaused || !launchedAs || !(await this.isWanted(launchedAs.endpointName))) return;
    this.simulation.violation(`the instance ${instanceId} of an earlier process was ended and not taken over`);
  }

  async terminatedWhileStarting(instanceId: string, endpointName: string): Promise<void> {
    if (!(await this.isWanted(endpointName))) return;
    this.simulation.violation(`the instance ${instanceId} was ended while it was starting`);
  }

  /** Only a sick one may be told to go while it works. */
  async drainingBusy(instanceId: string, endpointName: string): Promise<void> {
    if (this.sick.has(instanceId) || !(await this.isWanted(endpointName))) return;
    this.simulation.violation(`the busy instance ${instanceId} is drained`);
  }

  /** Only the instances of an endpoint that is being deleted, or could not be created, all have to go. */
  private async isWanted(endpointName: string): Promise<boolean> {
    const endpoint = await this.simulation.catalog.endpoints.get(endpointKey(endpointName));
    return endpoint?.status === 'InService';
  }

  /** Returns what to call at the end. */
  invoking(process: SimulatedProcess, inferenceId: string): () => void {
    const { hasRefused, redelivered, scenario } = this.simulation;
    const holders = this.running.get(inferenceId) ?? new Set();
    this.running.set(inferenceId, holders);
    const isExcused = hasRefused || scenario.clockSkewMs > 0 || redelivered.has(inferenceId);
    for (const other of holders) {
      if (other.isDead || other.wasFrozen || isExcused) continue;
      this.simulation.violation(`${inferenceId} runs twice, on ${other.workerId} and ${process.workerId}`);
    }
    holders.add(process);
    return () => holders.delete(process);
  }

  private recentMaximum(endpointName: string): number {
    const staleAt = this.simulation.clock.now() - STALE_MS;
    const noted = this.maxima.get(endpointName) ?? [];
    return Math.max(
      ...noted.filter((_, index) => (noted[index + 1]?.at ?? Infinity) >= staleAt).map(({ maximum }) => maximum),
    );
  }
}
