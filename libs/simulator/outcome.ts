import type { Contender } from './contenders.js';
import { simulate } from './simulation.js';
import type { Timeline } from './timeline.js';
import type { Trace } from './trace.js';
import type { Workload } from './workload.js';

/** The outcome of a trace under one contender. All times are seconds; a wait that never ended is infinite. */
export interface Outcome {
  readonly contender: string;
  readonly settings: string;
  /** The time from acceptance to the beginning of the work. */
  readonly waitSeconds: { readonly p50: number; readonly p95: number; readonly p99: number; readonly mean: number };
  /** The time from the launch of each instance until it was gone, summed. */
  readonly instanceSeconds: number;
  /** The share of instance-seconds in service without work, from 0 to 1. */
  readonly idleShare: number;
  readonly starts: number;
  readonly largestFleet: number;
  readonly invocations: number;
  /** Whether all work was done and the fleet was back at its minimum within a day after the last arrival. */
  readonly isFinished: boolean;
}

/** Runs a trace under a contender, and summarizes the run. */
export function outcomeOf(trace: Trace, work: Workload, contender: Contender, timeline?: Timeline): Outcome {
  const { fleet, isFinished, waitsMs } = simulate(trace, work, contender.create(trace), timeline);
  const invocations = work.acceptedAt.length;
  const sorted = Float64Array.from(waitsMs).sort();
  const never = invocations - sorted.length;
  const total = sorted.reduce((sum, wait) => sum + wait, 0);
  return {
    contender: contender.name,
    settings: contender.settings,
    waitSeconds: {
      p50: percentile(sorted, invocations, 0.5) / 1000,
      p95: percentile(sorted, invocations, 0.95) / 1000,
      p99: percentile(sorted, invocations, 0.99) / 1000,
      mean: never > 0 ? Infinity : invocations === 0 ? 0 : total / invocations / 1000,
    },
    instanceSeconds: fleet.instanceMs / 1000,
    idleShare: fleet.instanceMs === 0 ? 0 : fleet.idleMs / fleet.instanceMs,
    starts: fleet.starts,
    largestFleet: fleet.largest,
    invocations,
    isFinished,
  };
}

/** Returns the smallest value that the share `q` of `count` values does not exceed; missing values are infinite. */
function percentile(sorted: Float64Array, count: number, q: number): number {
  if (count === 0) return 0;
  return sorted[Math.max(1, Math.ceil(q * count)) - 1] ?? Infinity;
}
