import { describe, expect, test } from 'vitest';
import type { PingAnswer } from './instance.js';
import { badAnswersAfter, isSick } from './liveness.js';

/** Each ping's answer, and whether the instance had nothing to do while it was pinged. */
type Pings = readonly (readonly [PingAnswer, 'idle' | 'busy'])[];

const times = (count: number, answer: PingAnswer, doing: 'idle' | 'busy'): Pings =>
  Array.from({ length: count }, () => [answer, doing] as const);

const isSickAfter = (pings: Pings): boolean =>
  isSick(pings.reduce((bad, [answer, doing]) => badAnswersAfter(bad, answer, doing === 'idle'), 0));

describe('an instance is', () => {
  test.each<[string, Pings, boolean]>([
    ['well before it was ever pinged', [], false],
    ['well after two bad answers', times(2, 'unhealthy', 'idle'), false],
    ['sick after three in a row, whatever it does', times(3, 'unhealthy', 'busy'), true],
    ['sick when it takes no connections, whatever it does', times(3, 'unreachable', 'busy'), true],
    ['sick when it says nothing although it has nothing to do', times(3, 'silent', 'idle'), true],
    ['well when it says nothing because it works, however long', times(1_000, 'silent', 'busy'), false],
    [
      'sick after three bad answers of different kinds',
      [
        ['silent', 'idle'],
        ['unreachable', 'busy'],
        ['unhealthy', 'idle'],
      ],
      true,
    ],
    [
      'well again after one good answer',
      [
        ['unhealthy', 'idle'],
        ['unhealthy', 'idle'],
        ['healthy', 'busy'],
        ['unhealthy', 'idle'],
        ['unhealthy', 'idle'],
      ],
      false,
    ],
    [
      'sick though it worked in silence between its bad answers',
      [
        ['unhealthy', 'idle'],
        ['silent', 'busy'],
        ['unhealthy', 'idle'],
        ['silent', 'busy'],
        ['unhealthy', 'idle'],
      ],
      true,
    ],
  ])('%s', (_sentence, pings, sick) => {
    expect(isSickAfter(pings)).toBe(sick);
  });
});
