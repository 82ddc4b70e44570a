import type { EndedAttempt } from '../../libs/core/invocation/attempt.js';
import { expect, test } from 'vitest';
import type { Invocation, SettledState } from '../../libs/core/invocation/invocation.js';
import { PRIORITIES } from '../../libs/core/invocation/submission.js';
import type { Lease, Ledger } from '../../libs/core/ports/ledger.js';
import { LedgerModel } from './ledger-model.js';
import { NOW, sampleId, sampleRequest } from './ledger-samples.js';
import { idsOf, tokenOf, type LedgerScene } from './ledger-scene.js';

const SEQUENCES = 8;
const BURSTS_PER_SEQUENCE = 40;
const CALLS_PER_BURST = 6;
const ENDPOINTS = ['ocr', 'other'];
const WORKERS = ['worker-1', 'worker-2'];
const SETTLED: readonly SettledState[] = ['Completed', 'Failed', 'Expired', 'Cancelled'];

/**
 * Random calls on the ledger, compared with a model of it; several at once if their order is defined. A failure names
 * its seed, and `EBB_TEST_SEED` runs that one again.
 */
export function randomLedgerSequences(scene: LedgerScene): void {
  const given = process.env['EBB_TEST_SEED'];
  const seeds = given ? [Number(given)] : Array.from({ length: SEQUENCES }, () => Math.floor(Math.random() * 2 ** 31));
  test.each(seeds)('agrees with a model of it after random calls (EBB_TEST_SEED=%i)', async (seed) => {
    const model = new LedgerModel();
    const random = new RandomCalls(scene.ledger, model, scene.strictOrder, seededRandom(seed));
    for (let burst = 0; burst < BURSTS_PER_SEQUENCE; burst++) {
      for (const { made, expected } of random.burst(scene.strictOrder ? CALLS_PER_BURST : 1)) {
        const outcome = await made;
        expect(outcome).toEqual(expected(outcome));
      }
      expect(await scene.invocations.list({ limit: 10_000 })).toEqual(model.newestFirst());
      for (const name of ENDPOINTS) expect(await scene.invocations.backlog(name)).toEqual(model.backlog(name));
    }
  });
}

interface MadeCall {
  readonly made: Promise<unknown>;
  /** Returns the expected outcome, and applies the call to the model. Called in the order of the calls. */
  expected(outcome: unknown): unknown;
}

class RandomCalls {
  readonly #leases: Lease[] = [];
  #accepted = 0;
  #now = NOW;

  constructor(
    readonly ledger: Ledger,
    readonly model: LedgerModel,
    readonly strictOrder: boolean,
    readonly random: () => number,
  ) {}

  /** Makes up to `limit` calls at once, some time after the last ones. */
  burst(limit: number): MadeCall[] {
    this.#now += this.#upTo(8_000);
    const kinds = [this.#accept, this.#accept, this.#lease, this.#lease, this.#settle, this.#settle];
    kinds.push(this.#release, this.#renew, this.#cancel, this.#reclaim, this.#leaseExpired);
    return Array.from({ length: 1 + this.#upTo(limit) }, () => this.#oneOf(kinds).call(this));
  }

  #accept(): MadeCall {
    const key = this.random() < 0.3 ? { idempotencyKey: `key-${this.#upTo(4)}` } : {};
    const times = { acceptedAt: this.#now, expiresAt: this.#now + this.#upTo(200_000) };
    const priority = this.random() < 0.5 ? { priority: this.#oneOf(PRIORITIES) } : {};
    const change = { endpointName: this.#oneOf(ENDPOINTS), ...times, ...key, ...priority };
    const request = sampleRequest(++this.#accepted, change);
    return { made: this.ledger.accept(request), expected: () => this.model.accept(request) };
  }

  #lease(): MadeCall {
    const slots = ['first', 'second', 'third'].map((instanceId) => ({ instanceId, variantName: 'main' }));
    const where = this.random() < 0.7 ? { slots } : {};
    const request = { endpointName: this.#oneOf(ENDPOINTS), ...this.#leaseRequest(), ...where };
    const expected = (leased: Invocation[]) =>
      this.#remember(this.model.lease(request, this.strictOrder ? undefined : idsOf(leased)));
    return { made: this.ledger.lease(request), expected: (outcome) => expected(outcome as Invocation[]) };
  }

  #leaseExpired(): MadeCall {
    const request = this.#leaseRequest();
    const expected = (leased: Invocation[]) => this.#remember(this.model.leaseExpired(request, idsOf(leased)));
    return { made: this.ledger.leaseExpired(request), expected: (outcome) => expected(outcome as Invocation[]) };
  }

  #settle(): MadeCall {
    const lease = this.#anyLease();
    const settlement = { state: this.#oneOf(SETTLED), settledAt: this.#now, ended: this.#anyEnd() };
    return {
      made: this.ledger.settle(lease, settlement, []),
      expected: () => this.model.settle(lease, settlement),
    };
  }

  #release(): MadeCall {
    const lease = this.#anyLease();
    const broken = this.random() < 0.5;
    const ended = this.#anyEnd();
    return {
      made: this.ledger.release(lease, broken, ended),
      expected: () => this.model.release(lease, broken, ended),
    };
  }

  #renew(): MadeCall {
    const leases = [this.#anyLease(), this.#anyLease()];
    const until = this.#now + 30_000;
    return {
      made: this.ledger.renew(leases, until),
      expected: () => leases.filter((lease) => this.model.renew(lease, until)),
    };
  }

  #cancel(): MadeCall {
    const id = sampleId(1 + this.#upTo(this.#accepted));
    const cancellation = { settledAt: this.#now, failureReason: 'not wanted any more' };
    return {
      made: this.ledger.cancel(id, cancellation, []),
      expected: () => this.model.cancel(id, cancellation),
    };
  }

  #reclaim(): MadeCall {
    const now = this.#now;
    const workerId = this.random() < 0.2 ? this.#oneOf(WORKERS) : undefined;
    const made = this.ledger.reclaim(now, workerId).then((names) => names.sort());
    return { made, expected: () => this.model.reclaim(now, workerId).sort() };
  }

  #leaseRequest() {
    const now = this.#now;
    return { workerId: this.#oneOf(WORKERS), count: 1 + this.#upTo(4), now, leasedUntil: now + 30_000 };
  }

  #anyEnd(): EndedAttempt | undefined {
    const ends: (EndedAttempt | undefined)[] = [
      undefined,
      { endedAt: this.#now, kind: 'succeeded' },
      { endedAt: this.#now, kind: 'model-error', status: 500 },
      { endedAt: this.#now, kind: 'instance-broke', reason: 'it was "killed"' },
    ];
    return this.#oneOf(ends);
  }

  #remember(leased: Invocation[]): Invocation[] {
    this.#leases.push(...leased.map(tokenOf));
    return leased;
  }

  /** Returns a lease: mostly a recent one, which may still hold, and at times one that ended long ago. */
  #anyLease(): Lease {
    const among = this.random() < 0.8 ? this.#leases.slice(-10) : this.#leases;
    return among.length === 0 ? { invocationId: sampleId(1), attempt: 1 } : this.#oneOf(among);
  }

  #oneOf<T>(choices: readonly T[]): T {
    return choices[this.#upTo(choices.length)]!;
  }

  /** Returns a whole number from 0 to `limit` - 1. */
  #upTo(limit: number): number {
    return Math.floor(this.random() * limit);
  }
}

/** Mulberry32: a small generator that is good enough to choose calls. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
