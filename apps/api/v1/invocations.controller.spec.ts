import { expect, test } from 'vitest';
import type { Caller } from '../../../libs/core/access/caller.js';
import type { InvocationRequest } from '../../../libs/core/invocation/invocation.js';
import type { Ledger } from '../../../libs/core/ports/ledger.js';
import { MAX_MATCHED } from '../../../libs/engine/invocation/change-many.js';
import { memoryWorld } from '../../../test/support/memory-world.js';
import { InvocationsController } from './invocations.controller.js';

type Listing = Parameters<InvocationsController['list']>[0];

const CONFINED: Caller = { name: 'confined', role: 'read', endpoints: ['mine'] };

async function accept(ledger: Ledger, endpointName: string, count: number): Promise<void> {
  const id = `${endpointName}-${String(count).padStart(6, '0')}`;
  const request: InvocationRequest = {
    id,
    inferenceId: id,
    endpointName,
    inputLocation: 's3://in/1',
    outputLocation: 's3://out/1',
    acceptedAt: count,
    expiresAt: count + 60_000,
    timeoutMs: 60_000,
    includeResponseIn: [],
  };
  await ledger.accept(request);
}

test('a listing finds the few invocations of a caller among very many others by going from page to page', async () => {
  const { ledger, world } = memoryWorld();
  await accept(ledger, 'mine', 0);
  for (let count = 1; count <= MAX_MATCHED + 10; count++) await accept(ledger, 'others', count);
  const unused = undefined as never;
  const controller = new InvocationsController(world, unused, unused, unused);
  const { signal: gone } = new AbortController();
  const page = (cursor?: string) => controller.list({ caller: CONFINED, gone, query: { cursor } } as Listing);
  const first = await page();
  expect(first.items).toEqual([]);
  const second = await page(first.nextCursor);
  expect(second.items.map(({ id }) => id)).toEqual(['mine-000000']);
  expect(second.nextCursor).toBeUndefined();
});
