import type { PingAnswer } from './instance.js';

/** An instance in service is pinged this often for life. */
export const LIVENESS_INTERVAL_MS = 10_000;

/** So many bad answers, with no good one in between, make an instance sick: it is replaced. */
export const SICK_AFTER = 3;

/**
 * How many bad answers stand against an instance after one more ping. No answer at all counts only against one that had
 * nothing to do all the while: a container with one thread answers nobody while it works.
 */
export function badAnswersAfter(badAnswers: number, answer: PingAnswer, wasIdle: boolean): number {
  switch (answer) {
    case 'healthy':
      return 0;
    case 'unhealthy':
    case 'unreachable':
      return badAnswers + 1;
    case 'silent':
      return wasIdle ? badAnswers + 1 : badAnswers;
  }
}

export function isSick(badAnswers: number): boolean {
  return badAnswers >= SICK_AFTER;
}
