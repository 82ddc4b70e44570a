import type { Duration } from './duration.js';

/** The work that arrives at one variant, and the time that it needs: the whole input of a simulation. */
export interface Trace {
  readonly name: string;
  readonly description: string;
  /** The same seed gives the same arrivals, service times and start times. */
  readonly seed: number;
  /** The time of an instance from its launch to its first good ping. */
  readonly start: Duration;
  /** The time that an instance works on one invocation. */
  readonly service: Duration;
  readonly slotsPerInstance: number;
  readonly bounds: { readonly minimum: number; readonly maximum: number };
  readonly arrivals: readonly Arrivals[];
  /** The least length of the simulation, with or without work. */
  readonly lastsMs: number;
}

/** One part of a trace's arrivals; all parts are added together. */
export type Arrivals =
  | {
      /** `count` invocations at once, or spread evenly over a time. */
      readonly kind: 'batch';
      readonly atMs: number;
      readonly count: number;
      readonly overMs: number;
    }
  | {
      /** Random arrivals, at a rate that changes linearly from one point to the next. */
      readonly kind: 'poisson';
      readonly rates: readonly RatePoint[];
    };

/** A rate of arrivals at one moment. */
export interface RatePoint {
  readonly atMs: number;
  readonly perSecond: number;
}

/** Returns the time of the last possible arrival. */
export function endOf(arrivals: Arrivals): number {
  return arrivals.kind === 'batch' ? arrivals.atMs + arrivals.overMs : arrivals.rates.at(-1)!.atMs;
}
