import { array, assert, integer, property } from 'fast-check';
import { expect, it } from 'vitest';
import { EventHeap } from './event-heap.js';

it('returns events by time, and events of one time in the order in which they were put', () => {
  assert(
    property(array(integer({ min: 0, max: 20 })), (times) => {
      const heap = new EventHeap<{ at: number; order: number }>();
      const events = times.map((at, order) => ({ at, order }));
      for (const event of events) heap.put(event);
      const taken = events.map(() => heap.take());
      expect(taken).toEqual(events.toSorted((a, b) => a.at - b.at || a.order - b.order));
      expect(heap.nextAt).toBe(Infinity);
    }),
  );
});
