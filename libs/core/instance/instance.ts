import type { InstanceState } from './instance-state.js';
import type { StartPhase, StartPhasesMs } from './start-phase.js';

/**
 * What came of `GET /ping`: 200; another answer; no answer within the ping timeout, as from a container that has one
 * thread and is at work; no connection at all.
 */
export type PingAnswer = 'healthy' | 'unhealthy' | 'silent' | 'unreachable';

/** One running copy of a variant's container, as its owner counts it. */
export interface Instance {
  readonly id: string;
  readonly endpointName: string;
  readonly variantName: string;
  readonly state: InstanceState;
  /** How many invocations it may run at once. */
  readonly slots: number;
  /** How many of its slots are taken. */
  readonly busy: number;
  readonly launchedAt: number;
  readonly inServiceAt?: number;
  /** Since when it has run nothing; absent while it runs something or is starting. */
  readonly idleSince?: number;
  /** When it is ended unless it is needed before; only while it is paused. */
  readonly pausedUntil?: number;
}

export function freeSlots(instance: Instance): number {
  return instance.state === 'InService' ? Math.max(0, instance.slots - instance.busy) : 0;
}

/** An invocation that runs on an instance, and since when. */
export interface RunningWork {
  readonly invocationId: string;
  readonly since: number;
}

/** One instance with all that there is to be told of it. */
export interface InstanceDetail extends Omit<Instance, 'endpointName'> {
  readonly deploymentId: string;
  readonly stateSince: number;
  readonly running: readonly RunningWork[];
  /** How long each phase of its start has taken. */
  readonly phasesMs: StartPhasesMs;
  /** The present one, while it is starting. */
  readonly phase?: StartPhase;
}

/** SIGTERM, and SIGKILL when this has passed. */
export const STOP_GRACE_MS = 30_000;
export const PING_TIMEOUT_MS = 2_000;
export const PING_INTERVAL_MS = 100;

/** An instance that dies or falls sick sooner after it came into service, without any work done, has failed to start. */
export const PROVED_AFTER_MS = 30_000;
