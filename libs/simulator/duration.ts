import { normal } from './chance.js';

/** A distribution of durations, in milliseconds. */
export type Duration =
  | { readonly distribution: 'constant'; readonly ms: number }
  | { readonly distribution: 'lognormal'; readonly medianMs: number; readonly upper: UpperQuantile }
  | {
      readonly distribution: 'pareto';
      readonly medianMs: number;
      readonly upper: UpperQuantile;
      /** The longest duration: a Pareto tail may have no mean, but every invocation has a timeout. */
      readonly maximumMs: number;
    };

/** The second point, beside the median, that a distribution goes through. */
export interface UpperQuantile {
  readonly share: 0.95 | 0.99;
  readonly ms: number;
}

/** Standard deviations above the middle of the normal distribution. */
const NORMAL_QUANTILE = { 0.95: 1.6448536269514722, 0.99: 2.3263478740408408 } as const;

/** Draws one value. Every kind but the constant one takes two random numbers, so that streams stay in step. */
export function draw(duration: Duration, next: () => number): number {
  switch (duration.distribution) {
    case 'constant':
      return duration.ms;
    case 'lognormal': {
      const { medianMs, upper } = duration;
      const sigma = Math.log(upper.ms / medianMs) / NORMAL_QUANTILE[upper.share];
      return medianMs * Math.exp(sigma * normal(next));
    }
    case 'pareto': {
      const { maximumMs, medianMs, upper } = duration;
      const shape = Math.log(0.5 / (1 - upper.share)) / Math.log(upper.ms / medianMs);
      const smallest = medianMs / 2 ** (1 / shape);
      const left = 1 - next();
      next();
      return Math.min(maximumMs, smallest * left ** (-1 / shape));
    }
  }
}
