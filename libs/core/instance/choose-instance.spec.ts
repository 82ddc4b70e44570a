import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseForRetirement, chooseForScaleIn, chooseInstance } from './choose-instance.js';
import { INSTANCE_STATES } from './instance-state.js';
import { type Instance, freeSlots } from './instance.js';

function instance(id: string, of: Partial<Instance> = {}): Instance {
  return {
    id,
    endpointName: 'e',
    variantName: 'v',
    state: 'InService',
    slots: 2,
    busy: 0,
    launchedAt: 0,
    inServiceAt: 10,
    ...of,
  };
}

const isIdle = ({ idleSince }: Instance): boolean => idleSince !== undefined;

const states = fc.constantFrom(...INSTANCE_STATES);

const fleets = fc.array(
  fc
    .record({
      state: states,
      slots: fc.integer({ min: 1, max: 4 }),
      busy: fc.integer({ min: 0, max: 4 }),
      inServiceAt: fc.integer({ min: 0, max: 50 }),
      restingSince: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
    })
    .map(({ restingSince, busy, slots, ...of }) => ({
      ...of,
      slots,
      busy: Math.min(busy, slots),
      idleSince: restingSince,
    })),
  { maxLength: 12 },
);

describe('the next invocation goes to', () => {
  test.each<[string, Instance[], string | undefined]>([
    ['no instance if there is none', [], undefined],
    [
      'no instance while all start, drain or are full',
      [
        instance('starts', { state: 'Starting' }),
        instance('drains', { state: 'Draining' }),
        instance('full', { busy: 2 }),
      ],
      undefined,
    ],
    ['the busiest that has room', [instance('a'), instance('b', { busy: 1 }), instance('full', { busy: 2 })], 'b'],
    [
      'the busiest by share, not by number',
      [instance('a quarter full', { slots: 8, busy: 2 }), instance('half full', { slots: 2, busy: 1 })],
      'half full',
    ],
    [
      'the longest serving among equals',
      [instance('young', { inServiceAt: 20 }), instance('old', { inServiceAt: 5 })],
      'old',
    ],
  ])('%s', (_sentence, instances, chosen) => {
    expect(chooseInstance(instances)?.id).toBe(chosen);
  });

  test('the least busy where routing asks for the least outstanding requests', () => {
    const instances = [instance('a', { busy: 1 }), instance('b'), instance('c', { busy: 1 })];
    expect(chooseInstance(instances, true)?.id).toBe('b');
  });

  test('an instance with a free slot whenever there is one', () => {
    fc.assert(
      fc.property(fleets, (fleet) => {
        const instances = fleet.map((of, index) => instance(String(index), of));
        const chosen = chooseInstance(instances);
        const hasRoom = instances.some((each) => freeSlots(each) > 0);
        expect(chosen !== undefined && freeSlots(chosen) > 0).toBe(hasRoom);
      }),
    );
  });
});

describe('scale-in takes', () => {
  test('the instances that have been idle longest first', () => {
    const instances = [
      instance('short', { idleSince: 30 }),
      instance('long', { idleSince: 10 }),
      instance('middle', { idleSince: 20 }),
    ];
    expect(chooseForScaleIn(instances, 2).map(({ id }) => id)).toEqual(['long', 'middle']);
    expect(chooseForScaleIn(instances, 0)).toEqual([]);
    expect(chooseForScaleIn(instances, -1)).toEqual([]);
  });

  test('no instance on which a slot has just been taken, even before it begins to work', () => {
    expect(chooseForScaleIn([instance('taken', { busy: 1, idleSince: 10 })], 1)).toEqual([]);
  });

  test('always only idle instances in service, and no more than asked for', () => {
    fc.assert(
      fc.property(fleets, fc.integer({ min: 0, max: 12 }), (fleet, count) => {
        const chosen = chooseForScaleIn(
          fleet.map((of, index) => instance(String(index), of)),
          count,
        );
        expect(chosen.length).toBeLessThanOrEqual(count);
        for (const { state, busy } of chosen) expect({ state, busy }).toEqual({ state: 'InService', busy: 0 });
      }),
    );
  });

  test('as many idle instances as asked for or as there are, and none idle for a shorter time than one it leaves', () => {
    fc.assert(
      fc.property(fleets, fc.integer({ min: 0, max: 12 }), (fleet, count) => {
        const instances = fleet.map((of, index) => instance(String(index), of));
        const chosen = new Set(chooseForScaleIn(instances, count));
        const idle = instances.filter((each) => each.state === 'InService' && each.busy === 0 && isIdle(each));
        expect(chosen.size).toBe(Math.min(count, idle.length));
        const shortestChosen = Math.max(-Infinity, ...[...chosen].map(({ idleSince }) => idleSince!));
        const left = idle.filter((each) => !chosen.has(each));
        expect(left.filter(({ idleSince }) => idleSince! < shortestChosen)).toEqual([]);
      }),
    );
  });

  test('no instance that starts, drains, is gone or works, however many it should take', () => {
    fc.assert(
      fc.property(fleets, (fleet) => {
        const instances = fleet.map((of, index) => instance(String(index), of));
        const chosen = chooseForScaleIn(instances, Infinity);
        expect(chosen.filter((each) => each.state !== 'InService' || each.busy > 0 || !isIdle(each))).toEqual([]);
      }),
    );
  });
});

test('when others replace instances, starting ones go first, then the least busy, and never one that goes already', () => {
  const instances = [
    instance('busy', { busy: 2 }),
    instance('idle'),
    instance('starting', { state: 'Starting' }),
    instance('draining', { state: 'Draining' }),
    instance('working', { busy: 1 }),
  ];
  const chosen = (count: number) => chooseForRetirement(instances, count).map(({ id }) => id);
  expect(chosen(2)).toEqual(['starting', 'idle']);
  expect(chosen(9)).toEqual(['starting', 'idle', 'working', 'busy']);
  expect(chosen(-1)).toEqual([]);
});
