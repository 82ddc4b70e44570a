import { EbbError } from '../../libs/core/errors.js';
import type { PingAnswer } from '../../libs/core/instance/instance.js';
import type { StartPhase } from '../../libs/core/instance/start-phase.js';
import {
  type CancelAnswer,
  type ContainerRequest,
  type ContainerResponse,
  type FoundInstance,
  Instances,
  type LaunchSpec,
} from '../../libs/core/ports/instances.js';
import {
  type InstancesScript,
  type InvocationScript,
  type LaunchScript,
  MemoryInstances,
} from '../support/memory-instances.js';
import type { SeededRandom } from '../support/seeded-random.js';
import type { VirtualClock } from '../support/virtual-clock.js';
import type { InstanceWatch } from './instance-watch.js';
import type { RunningEngine } from './running-engine.js';
import type { Arrival } from './scenario.js';
import type { Simulation } from './simulation.js';

/** The image of a container that dies at every start. */
export const BAD_IMAGE = 'bad';
/** How long an instance may take until its first healthy ping before Ebb gives it up. */
export const STARTUP_TIMEOUT_SECONDS = 60;
/** The time from a response that breaks off until its instance is seen to have died. */
const DEATH_SHOWS_AFTER_MS = 100;

/** The machine on which instances run. They outlive the process that launched them. */
export class Machine {
  readonly instances: MemoryInstances;
  /** The worker whose request the next call is. */
  caller = '';
  private readonly random: SeededRandom;
  private readonly seen = new Map<string, number>();

  constructor(private readonly simulation: Simulation) {
    this.random = simulation.random.fork();
    const script: InstancesScript = {
      launch: (spec) => this.launch(spec),
      invoke: (instanceId, request) => this.invoke(instanceId, request),
    };
    this.instances = new MemoryInstances(simulation.clock, script, simulation.logs);
  }

  async killOne(): Promise<void> {
    const living = await this.instances.list();
    if (living.length > 0) this.instances.kill(this.random.pick(living).instanceId);
  }

  async killAll(): Promise<void> {
    for (const { instanceId } of await this.instances.list()) this.instances.kill(instanceId);
  }

  private launch({ container }: LaunchSpec): LaunchScript {
    const { isCalm, scenario } = this.simulation;
    const { failureRate, maxBootMs } = scenario.launches;
    const bootMs = this.random.integer(0, maxBootMs);
    if (container.image === BAD_IMAGE) return { bootMs, healthyAfterMs: Infinity, diesAfterMs: bootMs };
    if (isCalm) return { bootMs, healthyAfterMs: bootMs / 2 };
    if (!this.random.happens(failureRate)) return { bootMs, healthyAfterMs: bootMs / 2, ...this.drawEnd() };
    return this.random.pick<LaunchScript>([
      { bootMs, error: new EbbError('InstanceUnavailable', 'No such capacity.') },
      { bootMs, healthyAfterMs: Infinity },
      { bootMs, pingHangs: true },
      { bootMs, healthyAfterMs: Infinity, diesAfterMs: this.random.integer(0, 5_000) },
    ]);
  }

  /** Draws the end of an instance that starts well. */
  private drawEnd(): LaunchScript {
    const { deathRate, sicknessRate, sleepRate } = this.simulation.scenario.launches;
    return {
      diesAfterMs: this.random.happens(deathRate) ? this.random.integer(0, 60_000) : undefined,
      sickAfterMs: this.random.happens(sicknessRate) ? this.random.integer(1_000, 60_000) : undefined,
      sickAnswer: this.random.pick(['unhealthy', 'silent', 'unreachable']),
      staysPaused: this.random.happens(sleepRate),
    };
  }

  private invoke(instanceId: string, { inferenceId }: ContainerRequest): InvocationScript {
    const { arrivals, clock, witness } = this.simulation;
    const arrival = arrivals.get(inferenceId)!;
    const count = (this.seen.get(inferenceId) ?? 0) + 1;
    this.seen.set(inferenceId, count);
    const number = witness.calls.length;
    witness.calls.push({ number, inferenceId, workerId: this.caller, at: clock.now() });
    const script = this.scriptOf(arrival, count === 1);
    if (arrival.behaviour === 'kills answering once' && count === 1) {
      void clock.sleep(arrival.serviceMs + DEATH_SHOWS_AFTER_MS).then(() => this.instances.kill(instanceId));
    }
    return {
      serviceMs: arrival.serviceMs,
      contentType: 'text/plain',
      ...script,
      body: (input) => this.answer(arrival, number, input),
    };
  }

  private scriptOf({ behaviour }: Arrival, isFirst: boolean): InvocationScript {
    switch (behaviour) {
      case 'answers':
        return {};
      case 'answers 400':
        return { status: 400 };
      case 'answers 500':
        return { status: 500 };
      case 'sends long headers':
        return { headerBytes: 4097 };
      case 'breaks off':
        return { end: 'break-off', chunked: true };
      case 'hangs':
        return { end: 'hang' };
      case 'resets once':
        return isFirst ? { end: 'reset' } : {};
      case 'kills once':
        return isFirst ? { end: 'die' } : {};
      case 'kills answering once':
        return isFirst ? { end: 'break-off', chunked: true } : { chunked: true };
      case 'poison':
        return { end: 'die' };
    }
  }

  private answer({ inferenceId }: Arrival, number: number, input: Uint8Array): Uint8Array {
    const text = Buffer.from(input).toString();
    if (text !== inputOf(inferenceId)) this.simulation.violation(`the container of ${inferenceId} was given "${text}"`);
    return Buffer.from(`${inferenceId}#${number}#end`);
  }
}

export function inputOf(inferenceId: string): string {
  return `input of ${inferenceId}`;
}

/** One machine's instances as one process uses them, watched for forbidden acts. */
export class WatchedInstances extends Instances {
  engine: RunningEngine | undefined;
  private readonly wasHealthy = new Set<string>();
  /** The time at which each instance was launched or adopted. */
  private readonly starting = new Map<string, number>();

  constructor(
    private readonly machine: Machine,
    private readonly workerId: string,
    private readonly clock: VirtualClock,
    private readonly watch: InstanceWatch,
  ) {
    super();
  }

  admit(): Promise<void> {
    return this.machine.instances.admit();
  }

  async adopt(spec: LaunchSpec) {
    const adopted = await this.machine.instances.adopt(spec);
    if (adopted) this.starting.set(spec.instanceId, this.clock.now());
    return adopted;
  }

  async pause(instanceId: string): Promise<void> {
    const { instances } = this.machine;
    const pausedBusy = instances.pausedBusy.length;
    await instances.pause(instanceId);
    if (instances.pausedBusy.length > pausedBusy) this.watch.pausedBusy(instanceId);
  }

  resume(instanceId: string): Promise<void> {
    return this.machine.instances.resume(instanceId);
  }

  check(spec: LaunchSpec, signal?: AbortSignal): Promise<void> {
    return this.machine.instances.check(spec, signal);
  }

  async launch(spec: LaunchSpec, onPhase?: (phase: StartPhase) => void, signal?: AbortSignal) {
    this.starting.set(spec.instanceId, this.clock.now());
    if (this.engine) this.watch.launching(this.engine, spec);
    try {
      return await this.machine.instances.launch(spec, onPhase, this.orDeath(signal));
    } catch (error) {
      if (signal?.aborted && !this.engine?.isStopping) await this.watch.terminatedWhileStarting(spec.instanceId);
      throw error;
    }
  }

  /**
   * Aborts when the process dies. The process itself downloads, starts and calls, so an unfinished launch ends with it.
   */
  private orDeath(signal: AbortSignal | undefined): AbortSignal {
    const death = new AbortController();
    void this.engine?.process.died.promise.then(() => death.abort());
    return AbortSignal.any([death.signal, ...(signal ? [signal] : [])]);
  }

  async terminate(instanceId: string, graceMs: number): Promise<void> {
    const { instances } = this.machine;
    const found = (await instances.list()).find((each) => each.instanceId === instanceId);
    const wasAlive = found !== undefined;
    if (wasAlive && !this.starting.has(instanceId)) await this.watch.terminatedUnadopted(found);
    const terminatedBusy = instances.terminatedBusy.length;
    const terminated = instances.terminate(instanceId, graceMs);
    const startedAt = this.starting.get(instanceId);
    const isOrderly = this.engine !== undefined && !this.engine.isStopping && startedAt !== undefined;
    if (isOrderly && instances.terminatedBusy.length > terminatedBusy) {
      this.watch.terminatedBusy(instanceId);
    }
    if (isOrderly && wasAlive && !this.wasHealthy.has(instanceId)) {
      const isGivenUp = this.clock.now() - startedAt >= STARTUP_TIMEOUT_SECONDS * 1000;
      if (!isGivenUp) await this.watch.terminatedWhileStarting(instanceId);
    }
    await terminated;
  }

  async ping(instanceId: string, signal?: AbortSignal): Promise<PingAnswer> {
    const answer = await this.machine.instances.ping(instanceId, signal);
    if (answer === 'healthy') this.wasHealthy.add(instanceId);
    if (this.machine.instances.isSick(instanceId)) this.watch.noteSick(instanceId);
    return answer;
  }

  cancel(instanceId: string, inferenceId: string, signal?: AbortSignal): Promise<CancelAnswer> {
    return this.machine.instances.cancel(instanceId, inferenceId, this.orDeath(signal));
  }

  async invoke(instanceId: string, request: ContainerRequest, signal?: AbortSignal): Promise<ContainerResponse> {
    this.machine.caller = this.workerId;
    if (this.machine.instances.isPaused(instanceId)) this.watch.invokingPaused(instanceId);
    const end = this.watch.invoking(this.engine!.process, request.inferenceId);
    try {
      return await this.machine.instances.invoke(instanceId, request, this.orDeath(signal));
    } finally {
      end();
    }
  }

  list(signal?: AbortSignal): Promise<FoundInstance[]> {
    signal?.throwIfAborted();
    return this.machine.instances.list();
  }
}
