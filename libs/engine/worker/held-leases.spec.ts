import { expect, test } from 'vitest';
import { EbbError } from '../../core/errors.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { Abandoned } from '../instance/slot.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';
import { World } from '../world.js';
import { HeldLeases } from './held-leases.js';

const LEASE_MS = 30_000;

/** One lease that is held, and the errors that were logged. */
async function aHolding() {
  const parts = memoryWorld();
  const { clock, ledger } = parts;
  await deployEndpoint(parts);
  const errors: string[] = [];
  const world: World = { ...parts, log: { ...parts.log, error: (event: string) => void errors.push(event) } };
  await submitInvocation(world, { endpointName: 'reader', input: { location: 's3://results/page' } });
  const now = clock.now();
  const request = { endpointName: 'reader', workerId: 'w', count: 1, now, leasedUntil: now + LEASE_MS };
  const [invocation] = await ledger.lease(request);
  const leases = new HeldLeases(world);
  leases.start();
  const holding = leases.hold(invocation!);
  const endedAs = (): string | undefined => {
    const { aborted, reason } = holding.abandon.signal;
    return aborted ? (reason as Abandoned).end.kind : undefined;
  };
  return { ...parts, endedAs, errors, holding, invocation: invocation!, leases };
}

test('renews a lease every ten seconds for thirty, in the ledger and for its holder', async () => {
  const { clock, endedAs, holding, invocation, invocations } = await aHolding();
  await clock.advance(65_000);
  const leasedUntil = clock.now() - 5_000 + LEASE_MS;
  expect(holding.lease.leasedUntil).toBe(leasedUntil);
  expect((await invocations.find(invocation.id))!.leasedUntil).toBe(leasedUntil);
  expect(endedAs()).toBeUndefined();
});

test('ends an attempt whose lease another worker holds as if its own worker had stopped', async () => {
  const { clock, endedAs, invocation, ledger } = await aHolding();
  await ledger.release({ invocationId: invocation.id, attempt: 1 }, false);
  await clock.advance(10_000);
  expect(endedAs()).toBe('worker-stopped');
});

test('ends an attempt at a cancelled invocation at the next renewal if no signal came', async () => {
  const { clock, endedAs, invocation, ledger } = await aHolding();
  await ledger.cancel(invocation.id, { settledAt: clock.now() }, []);
  await clock.advance(10_000);
  expect(endedAs()).toBe('cancelled');
});

test('ends an attempt at once when the cancellation is signalled, and its lease says so', async () => {
  const { endedAs, holding, invocation, leases } = await aHolding();
  leases.cancel('another');
  expect(endedAs()).toBeUndefined();
  leases.cancel(invocation.id);
  expect([endedAs(), holding.lease.isCancelled]).toEqual(['cancelled', true]);
});

test('logs a renewal that fails, and repeats it', async () => {
  const { clock, endedAs, errors, holding, ledger } = await aHolding();
  const { renew } = ledger;
  ledger.renew = async () => {
    throw new EbbError('Unavailable', 'No answer.');
  };
  await clock.advance(10_000);
  ledger.renew = renew;
  await clock.advance(10_000);
  expect(errors).toEqual(['The ledger did not answer; leases may run out']);
  expect([holding.lease.leasedUntil, endedAs()]).toEqual([clock.now() + LEASE_MS, undefined]);
});

test('does not renew a lease that was dropped', async () => {
  const { clock, holding, leases, invocations, invocation } = await aHolding();
  leases.drop(holding);
  expect(leases.count).toBe(0);
  const { leasedUntil } = (await invocations.find(invocation.id))!;
  await clock.advance(20_000);
  expect((await invocations.find(invocation.id))!.leasedUntil).toBe(leasedUntil);
});
