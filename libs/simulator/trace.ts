import type { Duration } from './duration.js';

/** Work as it comes to one variant, and what it needs: all that a simulation is told of the world. */
export interface Trace {
  readonly name: string;
  readonly description: string;
  /** The same seed gives the same arrivals, service times and start times. */
  readonly seed: number;
  /** How long an instance takes from launch to its first good ping. */
  readonly start: Duration;
  /** How long an instance works on one invocation. */
  readonly service: Duration;
  readonly slotsPerInstance: number;
  readonly bounds: { readonly minimum: number; readonly maximum: number };
  readonly arrivals: readonly Arrivals[];
  /** The simulation goes on at least so long, work or no work. */
  readonly lastsMs: number;
}

/** Some of the arrivals of a trace; all that it lists come together. */
export type Arrivals =
  | {
      /** So many at once, or evenly over a while. */
      readonly kind: 'batch';
      readonly atMs: number;
      readonly count: number;
      readonly overMs: number;
    }
  | {
      /** By chance, at a rate that changes in a straight line from one point to the next. */
      readonly kind: 'poisson';
      readonly rates: readonly RatePoint[];
    };

export interface RatePoint {
  readonly atMs: number;
  readonly perSecond: number;
}

export function endOf(arrivals: Arrivals): number {
  return arrivals.kind === 'batch' ? arrivals.atMs + arrivals.overMs : arrivals.rates.at(-1)!.atMs;
}
