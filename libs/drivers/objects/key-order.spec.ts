import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareKeys } from './key-order.js';

it('orders keys as their UTF-8 bytes do', () => {
  const key = fc.array(
    fc.constantFrom('a', 'b', '/', '-', 'é', '\uD7FF', '\uE000', '\uFFFD', '\u{1F600}', '\u{10FFFF}'),
  );
  fc.assert(
    fc.property(key, key, (left, right) => {
      const [a, b] = [left.join(''), right.join('')];
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 1_000 },
  );
});
