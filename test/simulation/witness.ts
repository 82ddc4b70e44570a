import type { Delivery } from '../../libs/core/delivery/delivery.js';
import type { EndedAttempt } from '../../libs/core/invocation/attempt.js';
import {
  type Invocation,
  type InvocationRequest,
  canBecome,
  isSettled,
} from '../../libs/core/invocation/invocation.js';
import { parseObjectLocation } from '../../libs/core/object-location.js';
import type { Cancellation, Lease, LeaseRequest, Settlement } from '../../libs/core/ports/ledger.js';
import type { Objects } from '../../libs/core/ports/objects.js';
import { MemoryLedger } from '../support/memory-ledger.js';
import type { VirtualClock } from '../support/virtual-clock.js';

/** One request that a container saw. */
export interface ContainerCall {
  readonly number: number;
  readonly inferenceId: string;
  readonly workerId: string;
  readonly at: number;
}

interface LeaseSeen {
  readonly workerId: string;
  readonly attempt: number;
  readonly at: number;
}

/** Records every violation as it happens, in one sentence each. */
export class Witness {
  readonly violations: string[] = [];
  readonly calls: ContainerCall[] = [];
  /** The content at an invocation's output or failure location at its settlement. */
  readonly shown = new Map<string, { readonly location: string; readonly content: string }>();

  constructor(
    private readonly clock: VirtualClock,
    private readonly objects: Objects,
  ) {}

  violation(what: string): void {
    if (this.violations.length < 20) this.violations.push(`${this.time()}: ${what}`);
  }

  time(): string {
    return new Date(this.clock.now()).toISOString().slice(11, 23);
  }

  async contentAt(location: string): Promise<string | undefined> {
    try {
      const { body } = await this.objects.get(parseObjectLocation(location));
      return Buffer.from(body as Uint8Array).toString();
    } catch {
      return undefined;
    }
  }

  /** Checks a settlement that took effect: its result must be in place, and come from the attempt that settled. */
  async settled(before: Invocation, settlement: Settlement, lease: LeaseSeen | undefined): Promise<void> {
    const { id, inferenceId, outputLocation, failureLocation } = before;
    const location = settlement.state === 'Completed' ? outputLocation : failureLocation;
    if (location === undefined) return;
    const content = await this.contentAt(location);
    if (content === undefined) {
      this.violation(`${inferenceId} was settled as ${settlement.state} before ${location} was there`);
      return;
    }
    // An attempt that fails at this moment may still write the model's answer there.
    if (settlement.state === 'Cancelled') return;
    this.shown.set(id, { location, content });
    if (settlement.state === 'Completed') this.checkAttempt(inferenceId, content, lease);
  }

  private checkAttempt(inferenceId: string, content: string, lease: LeaseSeen | undefined): void {
    const [whose, number, end] = content.split('#');
    const call = this.calls[Number(number)];
    if (whose !== inferenceId || end !== 'end' || call?.inferenceId !== inferenceId) {
      this.violation(`the output of ${inferenceId} is "${content}"`);
    } else if (call.workerId !== lease?.workerId || call.at < lease.at) {
      this.violation(`${inferenceId} was settled by attempt ${lease?.attempt} with another attempt's output`);
    }
  }
}

/** The ledger, with every change checked. It outlives every process. */
export class WitnessedLedger extends MemoryLedger {
  readonly #known = new Map<string, Invocation>();
  readonly #leases = new Map<string, LeaseSeen>();
  /** The deliveries of each invocation. */
  readonly deliveries = new Map<string, readonly Delivery[]>();
  /** How far the clocks of other machines may be ahead when they look for expired leases. */
  skewMs = 0;

  constructor(
    private readonly witness: Witness,
    private readonly clock: VirtualClock,
  ) {
    super();
  }

  /** Every invocation that was ever accepted, in its current state. */
  get all(): readonly Invocation[] {
    return [...this.#known.values()];
  }

  /** Returns an invocation to the queue without its holder's knowledge, as a queue that delivers twice does. */
  async redeliver(invocationId: string): Promise<boolean> {
    const lease = this.#leases.get(invocationId);
    return lease !== undefined && super.release({ invocationId, attempt: lease.attempt }, false);
  }

  override async accept(request: InvocationRequest) {
    const accepted = await super.accept(request);
    await this.#check([accepted.invocation.id]);
    return accepted;
  }

  override async lease(request: LeaseRequest) {
    return this.#leased(await super.lease(request), request.workerId);
  }

  override async leaseExpired(request: Omit<LeaseRequest, 'endpointName'>) {
    return this.#leased(await super.leaseExpired(request), request.workerId);
  }

  override async release(lease: Lease, broken: boolean, ended?: EndedAttempt) {
    const released = await super.release(lease, broken, ended);
    await this.#check([lease.invocationId]);
    return released;
  }

  override async settle(lease: Lease, settlement: Settlement, deliveries: readonly Delivery[]) {
    const before = this.#known.get(lease.invocationId);
    const settled = await super.settle(lease, settlement, deliveries);
    await this.#check([lease.invocationId]);
    if (!settled || !before) return settled;
    this.deliveries.set(lease.invocationId, deliveries);
    const held = this.#leases.get(lease.invocationId);
    if (held?.attempt !== lease.attempt) {
      this.witness.violation(`${before.inferenceId} was settled with a token that is not current`);
    }
    await this.witness.settled(before, settlement, held);
    return settled;
  }

  override async cancel(invocationId: string, cancellation: Cancellation, deliveries: readonly Delivery[]) {
    const before = this.#known.get(invocationId);
    const cancelled = await super.cancel(invocationId, cancellation, deliveries);
    await this.#check([invocationId]);
    if (!cancelled || !before) return cancelled;
    this.deliveries.set(invocationId, deliveries);
    await this.witness.settled(before, { ...cancellation, state: 'Cancelled' }, undefined);
    return cancelled;
  }

  override async reclaim(now: number, workerId?: string) {
    const endpoints = await super.reclaim(now + this.skewMs, workerId);
    await this.#check([...this.#known.keys()]);
    return endpoints;
  }

  async #leased(leased: Invocation[], workerId: string): Promise<Invocation[]> {
    for (const { id, attempt } of leased) this.#leases.set(id, { workerId, attempt, at: this.clock.now() });
    await this.#check(leased.map(({ id }) => id));
    return leased;
  }

  async #check(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const invocation = this.invocations.get(id)!;
      const known = this.#known.get(id);
      this.#known.set(id, invocation);
      if (!known || known.state === invocation.state) continue;
      if (!canBecome(known.state, invocation.state) || isSettled(known.state)) {
        this.witness.violation(`${invocation.inferenceId} went from ${known.state} to ${invocation.state}`);
      }
    }
  }
}
