import type { Clock } from '../../libs/core/ports/clock.js';
import type { LaunchedInstance } from '../../libs/core/ports/instances.js';
import type { StagedObject } from '../../libs/core/ports/objects.js';
import { Signals, type Signal } from '../../libs/core/ports/signals.js';
import type { World } from '../../libs/engine/world.js';
import type { VirtualClock } from '../support/virtual-clock.js';

/** A point before or after the effect of a call to the outside world. A process may die at any such point. */
export interface Step {
  readonly call: string;
  readonly when: 'before' | 'after';
}

/** The misfortunes of a process at its steps. */
export interface Fate {
  /** Whether the process dies at this step. */
  diesAt(step: Step): boolean;
  /** The latency of one half of a call, in milliseconds. */
  latencyMs(): number;
  /** Returns the error that a call raises instead of having its effect, if any. */
  refusal(call: string): Error | undefined;
  /** Whether a signal gets lost. */
  losesSignal(): boolean;
}

/** More calls than this at one instant of virtual time are a busy loop. */
const MAX_CALLS_AT_ONE_INSTANT = 20_000;

/** Returns a new promise each time: a shared one would keep alive everything that ever waited for it. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}

/**
 * One operating-system process with an engine in it. All effects of the engine pass through the ports that it gets
 * here. When the process dies, every promise that it waits for stays unresolved, so none of its code runs again. While
 * it is frozen, as by SIGSTOP, its promises resolve only after the thaw.
 */
export class SimulatedProcess {
  readonly world: World;
  readonly died = Promise.withResolvers<void>();
  /** Whether the process was ever frozen: its leases may have expired unnoticed. */
  wasFrozen = false;
  callCount = 0;
  #isDead = false;
  #thaw: PromiseWithResolvers<void> | undefined;
  #callsAtInstant = 0;
  #instant = 0;
  readonly #wrapped = new Map<object, object>();

  constructor(
    readonly workerId: string,
    outside: World,
    private readonly clock: VirtualClock,
    private readonly fate: Fate,
    private readonly report: (violation: string) => void,
  ) {
    this.world = { ...outside };
    for (const port of [
      'catalog',
      'instances',
      'invocations',
      'ledger',
      'notifications',
      'objects',
      'outbox',
    ] as const) {
      Object.assign(this.world, { [port]: this.#through(port, outside[port]) });
    }
    Object.assign(this.world, { clock: this.#clock(), signals: new ProcessSignals(outside.signals, this, fate) });
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get isFrozen(): boolean {
    return this.#thaw !== undefined;
  }

  die(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.died.resolve();
  }

  freeze(): void {
    this.wasFrozen = true;
    this.#thaw ??= Promise.withResolvers();
  }

  thaw(): void {
    this.#thaw?.resolve();
    this.#thaw = undefined;
  }

  /** Resolves when the process may go on; never if it is dead. */
  async goOn(): Promise<void> {
    while (this.#thaw && !this.#isDead) await this.#thaw.promise;
    if (this.#isDead) await never();
  }

  #clock(): Clock {
    const { clock } = this;
    return {
      now: () => clock.now(),
      uniqueId: () => clock.uniqueId(),
      chance: () => clock.chance(),
      sleep: async (ms, signal) => {
        try {
          await clock.sleep(ms, signal);
        } finally {
          await this.goOn();
        }
      },
    };
  }

  /** Wraps a port so that every method is a call; also wraps ports inside ports, as in the catalog. */
  #through<T extends object>(name: string, port: T): T {
    const known = this.#wrapped.get(port);
    if (known) return known as T;
    const proxy = new Proxy(port, {
      get: (target, property) => {
        const member: unknown = Reflect.get(target, property, target);
        const label = `${name}.${String(property)}`;
        if (typeof member === 'function') {
          return (...args: unknown[]) =>
            this.#call(label, () => Reflect.apply(member, target, args) as Promise<unknown>);
        }
        return typeof member === 'object' && member !== null ? this.#through(label, member) : member;
      },
    });
    this.#wrapped.set(port, proxy);
    return proxy;
  }

  async #call(call: string, effect: () => Promise<unknown>): Promise<unknown> {
    // A call made while the process is frozen was already on its way, so it has its effect.
    if (this.#isDead) await never();
    this.#guardAgainstSpinning(call);
    this.callCount += 1;
    await this.#pass();
    await this.#step({ call, when: 'before' });
    const refusal = this.fate.refusal(call);
    if (refusal) throw refusal;
    let outcome: { value: unknown } | { error: unknown };
    try {
      outcome = { value: await effect() };
    } catch (error) {
      outcome = { error };
    }
    await this.#step({ call, when: 'after' });
    await this.#pass();
    await this.goOn();
    if ('error' in outcome) throw outcome.error;
    return this.#returned(call, outcome.value);
  }

  async #pass(): Promise<void> {
    const latency = this.fate.latencyMs();
    if (latency > 0) await this.clock.sleep(latency);
  }

  async #step(step: Step): Promise<void> {
    if (!this.#isDead && this.fate.diesAt(step)) this.die();
    if (this.#isDead) await never();
  }

  #returned(call: string, value: unknown): unknown {
    if (call === 'objects.stage') return this.#through('staged', value as StagedObject);
    if (call !== 'instances.launch' && call !== 'instances.adopt') return value;
    const launched = value as LaunchedInstance | undefined;
    return launched && { ...launched, exited: launched.exited.then(async (exit) => (await this.goOn(), exit)) };
  }

  #guardAgainstSpinning(call: string): void {
    if (this.#instant !== this.clock.now()) {
      this.#instant = this.clock.now();
      this.#callsAtInstant = 0;
    }
    this.#callsAtInstant += 1;
    if (this.#callsAtInstant < MAX_CALLS_AT_ONE_INSTANT) return;
    this.report(
      `the process ${this.workerId} spins: ${MAX_CALLS_AT_ONE_INSTANT} calls without time passing, last ${call}`,
    );
    this.die();
  }
}

class ProcessSignals extends Signals {
  constructor(
    private readonly outside: Signals,
    private readonly process: SimulatedProcess,
    private readonly fate: Fate,
  ) {
    super();
  }

  override notify(signal: Signal): void {
    if (!this.process.isDead && !this.fate.losesSignal()) this.outside.notify(signal);
  }

  override subscribe(listener: (signal: Signal) => void): () => void {
    return this.outside.subscribe((signal) => {
      if (this.process.isDead) return;
      if (this.process.isFrozen) void this.process.goOn().then(() => listener(signal));
      else listener(signal);
    });
  }
}
