import { describe, expect, test } from 'vitest';
import {
  INSTANCE_STATES,
  INSTANCE_STEPS,
  ImpossibleStep,
  type InstanceState,
  type InstanceStep,
  stateAfter,
} from './instance-state.js';

const STEPS = Object.keys(INSTANCE_STEPS) as InstanceStep[];

/** Returns the states that an instance can reach from this one. */
function reachableFrom(state: InstanceState): Set<InstanceState> {
  const reached = new Set<InstanceState>();
  const next = [state];
  for (const from of next) {
    for (const step of STEPS) {
      const { from: origins, to }: { from: readonly InstanceState[]; to: InstanceState } = INSTANCE_STEPS[step];
      if (!origins.includes(from) || reached.has(to)) continue;
      reached.add(to);
      next.push(to);
    }
  }
  return reached;
}

describe('an instance', () => {
  test.each<[InstanceState, InstanceStep, InstanceState]>([
    ['Starting', 'serve', 'InService'],
    ['Starting', 'drain', 'Draining'],
    ['Starting', 'end', 'Gone'],
    ['Starting', 'clear away', 'Gone'],
    ['InService', 'pause', 'Paused'],
    ['InService', 'drain', 'Draining'],
    ['InService', 'end', 'Gone'],
    ['Paused', 'wake', 'Starting'],
    ['Paused', 'drain', 'Draining'],
    ['Paused', 'end', 'Gone'],
    ['Draining', 'end', 'Gone'],
    ['Draining', 'clear away', 'Gone'],
    ['Gone', 'clear away', 'Gone'],
  ])('that is %s may %s and is %s', (state, step, after) => {
    expect(stateAfter(state, step)).toBe(after);
  });

  test.each<[InstanceState, InstanceStep[]]>([
    ['Starting', ['pause', 'wake']],
    ['InService', ['serve', 'wake', 'clear away']],
    ['Paused', ['serve', 'pause', 'clear away']],
    ['Draining', ['serve', 'pause', 'wake', 'drain']],
    ['Gone', ['serve', 'pause', 'wake', 'drain', 'end']],
  ])('that is %s can take no other step: an attempt is an error that names state and step', (state, impossible) => {
    const refused = STEPS.filter((step) => {
      const { from }: { from: readonly InstanceState[] } = INSTANCE_STEPS[step];
      return !from.includes(state);
    });
    expect(refused).toEqual(impossible);
    for (const step of refused) {
      expect(() => stateAfter(state, step)).toThrow(new ImpossibleStep(state, step));
      expect(() => stateAfter(state, step)).toThrow(`in the state ${state} cannot take the step '${step}'`);
    }
  });

  test('that drains or is gone can only become gone', () => {
    expect([...reachableFrom('Draining')]).toEqual(['Gone']);
    expect([...reachableFrom('Gone')]).toEqual(['Gone']);
  });

  test('can reach its end from every state', () => {
    for (const state of INSTANCE_STATES) expect(reachableFrom(state)).toContain('Gone');
  });
});
