import type { PingAnswer } from './instance.js';

/** How often an instance in service is pinged, as long as it lives. */
export const LIVENESS_INTERVAL_MS = 10_000;

/** The bad answers, with no good one in between, that make an instance sick, so that it is replaced. */
export const SICK_AFTER = 3;

/**
 * Returns how many bad answers count against an instance after one more ping. Silence counts only if the instance was
 * idle all the while, because a container with one thread cannot answer while it works.
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

/** Returns whether this many bad answers make an instance sick. */
export function isSick(badAnswers: number): boolean {
  return badAnswers >= SICK_AFTER;
}
