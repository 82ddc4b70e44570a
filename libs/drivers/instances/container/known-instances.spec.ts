import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { KnownInstances } from './known-instances.js';

it.each([
  ['nothing is left of it', () => Promise.resolve()],
  ['its remains cannot be removed', () => Promise.reject(new Error('stuck'))],
])('an instance is known until %s', async (_when, settled) => {
  const known = new KnownInstances();
  const gone = Promise.withResolvers<void>();
  const exited = Promise.resolve({ reason: 'It ended.' });
  const running = { instanceId: 'i-1', exited, gone: gone.promise, terminate: async () => {} };
  known.add(running);
  expect(known.find('i-1')).toBe(running);
  expect(known.running()).toEqual([running]);
  gone.resolve(settled());
  await setImmediate();
  expect(known.get('i-1')).toBeUndefined();
  expect(() => known.find('i-1')).toThrow('Instance i-1 is gone.');
});

it('an id is taken for one launch at a time', () => {
  const known = new KnownInstances();
  known.claim('i-1');
  expect(() => known.claim('i-1')).toThrow('Instance i-1 is being launched already.');
  known.unclaim('i-1');
  known.claim('i-1');
});
