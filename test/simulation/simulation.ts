import { GATES, withGates } from '../../libs/core/endpoint/endpoint-gates.js';
import { isPassing } from '../../libs/core/endpoint/endpoint-status.js';
import { endpointKey, isServing } from '../../libs/core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../libs/core/endpoint/variant.js';
import { EbbError } from '../../libs/core/errors.js';
import { isSettled } from '../../libs/core/invocation/invocation.js';
import {
  type CapacityBounds,
  capacityBounds,
  scalableTargetKey,
  scalableTargetPrefix,
} from '../../libs/core/scaling/scalable-target.js';
import { CronerCalendar } from '../../libs/drivers/calendar/croner.js';
import { InProcessSignals } from '../../libs/drivers/signals/in-process.js';
import type { Fleet } from '../../libs/engine/instance/fleet.js';
import type { World } from '../../libs/engine/world.js';
import { MemoryCatalog } from '../support/memory-catalog.js';
import { MemoryLogs } from '../support/memory-logs.js';
import { MemoryMetrics } from '../support/memory-metrics.js';
import { MemoryObjects } from '../support/memory-objects.js';
import { MemorySecrets } from '../support/memory-secrets.js';
import { SeededRandom } from '../support/seeded-random.js';
import { submitInvocation } from '../support/submit-invocation.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { befall } from './befall.js';
import { INPUT_BUCKET, PLACE, deploy } from './deployment.js';
import { InstanceWatch } from './instance-watch.js';
import { judge } from './judgement.js';
import { MemoryLog } from './memory-log.js';
import type { OrderKind } from './order-watch.js';
import { Receivers } from './receivers.js';
import { RunningEngine } from './running-engine.js';
import type { Arrival, Scenario } from './scenario.js';
import { type Fate, SimulatedProcess } from './simulated-process.js';
import { type Strike, Strikes } from './strikes.js';
import { Machine, WatchedInstances, inputOf } from './watched-instances.js';
import { Witness, WitnessedLedger } from './witness.js';

/** The longest time from the calm until all work is finished: deliveries may wait for a quarter of an hour. */
const LONGEST_END_MS = 8 * 3_600_000;
/** The longest delay of a launch after many failed launches, including its own duration. */
const LONGEST_LAUNCH_DELAY_MS = 400_000;
/** The most port calls of an idle world in a minute. More calls mean needless polling. */
const MAX_IDLE_CALLS_A_MINUTE = 500;

/** The outcome of one run. */
export interface Outcome {
  readonly violations: readonly string[];
  readonly log: readonly string[];
  /** The number of steps of the first process until the calm, at each of which an incident may happen. */
  readonly steps: number;
  readonly settled: number;
  /** The orders whose process had an incident before it carried them out. */
  readonly struck: readonly OrderKind[];
}

/** Runs the whole engine once over memory and virtual time. */
export async function simulate(scenario: Scenario, strike?: Strike): Promise<Outcome> {
  return new Simulation(scenario, strike).run();
}

/** The world that outlives all processes, and the incidents in it. */
export class Simulation {
  readonly clock: VirtualClock;
  readonly objects: MemoryObjects;
  readonly witness: Witness;
  readonly ledger: WitnessedLedger;
  readonly receivers: Receivers;
  readonly catalog = new MemoryCatalog();
  private readonly metrics = new MemoryMetrics();
  private readonly secrets = new MemorySecrets();
  readonly logs = new MemoryLogs();
  readonly watch: InstanceWatch;
  readonly log: MemoryLog;
  readonly arrivals: ReadonlyMap<string, Arrival>;
  /** The inference ids that were answered with a 202. */
  readonly accepted = new Set<string>();
  readonly redelivered = new Set<string>();
  readonly deleted = new Set<string>();
  isCalm = false;
  hasRefused = false;
  engine!: RunningEngine;
  private readonly engines: RunningEngine[] = [];
  /** Engines that an incident ended and will replace. */
  readonly down = new Set<RunningEngine>();
  readonly random: SeededRandom;
  private readonly startedAt: number;
  readonly signals = new InProcessSignals();
  machine: Machine;
  private processCount = 0;
  private stepsUntilCalm = 0;
  private readonly strikes: Strikes;

  constructor(
    readonly scenario: Scenario,
    strike?: Strike,
  ) {
    this.random = new SeededRandom(scenario.seed ^ 0x5eed);
    this.clock = new VirtualClock(scenario.seed);
    this.startedAt = this.clock.now();
    this.objects = new MemoryObjects(() => this.clock.now());
    this.witness = new Witness(this.clock, this.objects);
    this.ledger = new WitnessedLedger(this.witness, this.clock);
    this.ledger.skewMs = scenario.clockSkewMs;
    this.receivers = new Receivers(this.clock, this.random.fork());
    this.watch = new InstanceWatch(this);
    this.strikes = new Strikes(this, strike);
    this.log = new MemoryLog(() => this.witness.time());
    this.arrivals = new Map(scenario.arrivals.map((arrival) => [arrival.inferenceId, arrival]));
    this.machine = this.newMachine();
  }

  async run(): Promise<Outcome> {
    await deploy(this);
    this.boot('worker-1');
    for (const arrival of this.scenario.arrivals) this.at(arrival.at, () => this.arrive(arrival));
    for (const incident of this.scenario.incidents) this.at(incident.at, () => befall(this, incident));
    const isBroken = await this.clock.runUntil(() => this.look(), this.startedAt + this.scenario.calmAt);
    if (!isBroken && (await this.comesToItsEnd())) await judge(this);
    return {
      violations: this.witness.violations,
      log: this.log.lines,
      steps: this.stepsUntilCalm,
      settled: this.ledger.all.length - this.unsettled().length,
      struck: this.strikes.struck,
    };
  }

  violation(what: string): void {
    this.witness.violation(what);
  }

  /**
   * Returns the variants of an endpoint with their current bounds; none if the endpoint is gone or takes no more work.
   */
  async boundsOf(
    endpointName: string,
  ): Promise<{ readonly variant: DeployedVariant; readonly bounds: CapacityBounds }[]> {
    const endpoint = await this.catalog.endpoints.get(endpointKey(endpointName));
    if (!endpoint || !isServing(endpoint)) return [];
    const targets = await this.catalog.scalableTargets.under(scalableTargetPrefix(endpointName));
    return endpoint.variants.map((variant) => {
      const target = targets.find(({ variantName }) => variantName === variant.name);
      return { variant, bounds: capacityBounds(variant, target) };
    });
  }

  private newMachine(): Machine {
    return new Machine(this);
  }

  /** Boots a process under another name on a new machine without instances. */
  bootElsewhere(): void {
    this.machine = this.newMachine();
    this.boot(`worker-${this.processCount + 1}`);
  }

  boot(workerId: string): void {
    const fate = this.drawFate(this.processCount++ === 0, () => engine.fleet);
    const instances = new WatchedInstances(this.machine, workerId, this.clock, this.watch);
    const { catalog, clock, ledger, log, objects, receivers, signals } = this;
    const outside: World = {
      calendar: new CronerCalendar(),
      catalog,
      clock,
      instances,
      invocations: ledger.invocations,
      ledger,
      log: log.of(workerId),
      logs: this.logs,
      metrics: this.metrics,
      notifications: receivers,
      objects,
      outbox: ledger.outbox,
      place: PLACE,
      secrets: this.secrets,
      signals,
    };
    const process = new SimulatedProcess(workerId, outside, clock, fate, (what) => this.violation(what));
    const engine: RunningEngine = new RunningEngine(process, this.scenario.keepWarmMs);
    instances.engine = engine;
    this.engine = engine;
    this.engines.push(engine);
    void engine.start();
    void this.supervise(engine);
  }

  /** Starts the next process after one has died by chance. */
  private async supervise(engine: RunningEngine): Promise<void> {
    await engine.process.died.promise;
    if (this.engine !== engine || this.down.has(engine)) return;
    await this.clock.sleep(this.isCalm ? 0 : this.random.integer(0, 5_000));
    if (this.engine === engine) this.boot(engine.process.workerId);
  }

  private drawFate(isFirst: boolean, fleet: () => Fleet): Fate {
    const { scenario, random } = this;
    const { maxLatencyMs, signalLossRate } = scenario;
    return {
      diesAt: (step) => this.strikes.diesAt(step, isFirst, fleet),
      latencyMs: () => (maxLatencyMs === 0 ? 0 : random.integer(0, maxLatencyMs)),
      refusal: (call) => this.refusal(call),
      losesSignal: () => !this.isCalm && random.happens(signalLossRate),
    };
  }

  private refusal(call: string): Error | undefined {
    if (this.isCalm || !REFUSABLE.test(call) || !this.random.happens(this.scenario.refusalRate)) return undefined;
    this.hasRefused = true;
    return this.random.happens(0.5)
      ? new EbbError('StorageFull', 'There is no room.')
      : new EbbError('Unavailable', 'Storage does not answer.');
  }

  private at(ms: number, action: () => Promise<void>): void {
    void this.clock.sleep(ms).then(action);
  }

  private async arrive(arrival: Arrival): Promise<void> {
    const { endpointName, inferenceId, input, timeoutSeconds, ttlSeconds } = arrival;
    const { process } = this.engine;
    const key = `inputs/${inferenceId}`;
    const content = Buffer.from(inputOf(inferenceId));
    if (input === 'object') await this.objects.put({ bucket: INPUT_BUCKET, key }, content);
    const given = input === 'body' ? { body: content } : { location: `s3://${INPUT_BUCKET}/${key}` };
    try {
      await submitInvocation(process.world, { endpointName, inferenceId, input: given, timeoutSeconds, ttlSeconds });
      if (!process.isDead) this.accepted.add(inferenceId);
    } catch (error) {
      if (!(error instanceof EbbError)) throw error;
      this.log.add('client', `${inferenceId} was refused: ${error.code}`);
    }
  }

  /**
   * Starts the calm, in which nothing goes wrong: it ends zombies, makes receivers reliable, and resumes suspended
   * scaling and paused gates.
   */
  private async calmDown(): Promise<void> {
    this.isCalm = true;
    this.stepsUntilCalm = this.strikes.steps;
    this.receivers.isUnreliable = false;
    this.ledger.skewMs = 0;
    for (const engine of this.engines) if (engine !== this.engine) engine.process.die();
    this.engine.process.thaw();
    for (const target of await this.catalog.scalableTargets.all()) {
      const suspended = { dynamicScalingIn: false, dynamicScalingOut: false, scheduledScaling: false };
      const key = scalableTargetKey(target.endpointName, target.variantName);
      await this.catalog.scalableTargets.update(key, (current) => ({ ...current, suspended }));
    }
    for (const { name } of await this.catalog.endpoints.all()) {
      const change = { at: this.clock.now(), by: 'the calm' };
      await this.catalog.endpoints.update(endpointKey(name), (current) => withGates(current, GATES, 'open', change));
      this.signals.notify({ kind: 'endpoint', endpointName: name });
    }
  }

  /**
   * Calms down and waits until everything is settled and delivered, idle endpoints are at their minimum, and all is
   * quiet.
   */
  private async comesToItsEnd(): Promise<boolean> {
    await this.calmDown();
    let waiting = Infinity;
    let changing = Infinity;
    const hasEnded = await this.clock.runUntil(() => {
      void this.ledger.outbox.count().then((count) => (waiting = count.waiting));
      void this.catalog.endpoints
        .all()
        .then((all) => (changing = all.filter(({ status }) => isPassing(status)).length));
      return this.look() || (waiting + changing === 0 && this.unsettled().length === 0);
    }, this.clock.now() + LONGEST_END_MS);
    if (!hasEnded) {
      const what = `${this.unsettled().join(', ')}; ${waiting} deliveries wait; ${changing} endpoints are being changed`;
      this.violation(`not at an end: ${what}`);
    }
    if (this.look()) return false;
    await this.clock.advance(this.scenario.keepWarmMs + LONGEST_LAUNCH_DELAY_MS);
    const before = this.engine.process.callCount;
    await this.clock.advance(60_000);
    const calls = this.engine.process.callCount - before;
    if (calls > MAX_IDLE_CALLS_A_MINUTE) this.violation(`${calls} calls in an idle minute`);
    return true;
  }

  private unsettled(): string[] {
    return this.ledger.all.filter(({ state }) => !isSettled(state)).map(({ inferenceId }) => inferenceId);
  }

  /** Checks the world whenever it is at rest. Returns whether the run can stop early. */
  private look(): boolean {
    for (const engine of this.engines) if (!engine.process.isDead) this.lookAt(engine);
    return this.witness.violations.length > 0;
  }

  private lookAt(engine: RunningEngine): void {
    const { fleet, isStopping } = engine;
    for (const { name } of this.scenario.endpoints) {
      for (const instance of fleet.instances(name)) {
        const { id, busy, slots, state } = instance;
        this.watch.states.saw(engine, instance);
        if (busy < 0 || busy > slots) this.violation(`${busy} of ${slots} slots of the instance ${id} are taken`);
        if (busy > 0 && state === 'Draining' && !isStopping) void this.watch.drainingBusy(id);
      }
    }
  }
}

/** The calls that may find no space or no answer. Other ports are not storage. */
const REFUSABLE =
  /^(?:ledger|invocations\.(?!find|list)|outbox|objects|staged\.commit|catalog\.(?:endpoints|activities|scalableTargets))/;
