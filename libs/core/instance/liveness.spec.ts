import { describe, expect, test } from 'vitest';
import type { PingAnswer } from './instance.js';
import { badAnswersAfter, isSick } from './liveness.js';

/** The answer to each ping, and whether the instance was idle or busy while it was pinged. */
type Pings = readonly (readonly [PingAnswer, 'idle' | 'busy'])[];

const times = (count: number, answer: PingAnswer, doing: 'idle' | 'busy'): Pings =>
  Array.from({ length: count }, () => [answer, doing] as const);

const isSickAfter = (pings: Pings): boolean =>
  isSick(pings.reduce((bad, [answer, doing]) => badAnswersAfter(bad, answer, doing === 'idle'), 0));

describe('an instance is', () => {
  test.each<[string, Pings, boolean]>([
    ['well before its first ping', [], false],
    ['well after two bad answers', times(2, 'unhealthy', 'idle'), false],
    ['sick after three bad answers in a row, even while busy', times(3, 'unhealthy', 'busy'), true],
    ['sick when it takes no connections, even while busy', times(3, 'unreachable', 'busy'), true],
    ['sick when it is silent while idle', times(3, 'silent', 'idle'), true],
    ['well when it is silent while busy, however long', times(1_000, 'silent', 'busy'), false],
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
      'sick even if it was silent while busy between its bad answers',
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
