import type { InstanceState } from './instance-state.js';
import type { StartPhase, StartPhasesMs } from './start-phase.js';

/**
 * The result of `GET /ping`: 200; another status; no answer within the ping timeout, as from a container that has one
 * thread and is at work; no connection.
 */
export type PingAnswer = 'healthy' | 'unhealthy' | 'silent' | 'unreachable';

/** One running copy of a variant's container, as its owner counts it. */
export interface Instance {
  readonly id: string;
  readonly endpointName: string;
  readonly variantName: string;
  readonly state: InstanceState;
  /** The most invocations that it may run at once. */
  readonly slots: number;
  /** How many of its slots are taken. */
  readonly busy: number;
  readonly launchedAt: number;
  readonly inServiceAt?: number;
  /** Since when it has run no invocation; absent while it runs one or is starting. */
  readonly idleSince?: number;
  /** When it is ended unless it is needed before; present only while it is paused. */
  readonly pausedUntil?: number;
}

/** Returns how many more invocations an instance may take now. */
export function freeSlots(instance: Instance): number {
  return instance.state === 'InService' ? Math.max(0, instance.slots - instance.busy) : 0;
}

/** An invocation that runs on an instance, and since when. */
export interface RunningWork {
  readonly invocationId: string;
  readonly since: number;
}

/** One instance with all its details. */
export interface InstanceDetail extends Omit<Instance, 'endpointName'> {
  readonly deploymentId: string;
  readonly stateSince: number;
  readonly running: readonly RunningWork[];
  /** How long each phase of its start took. */
  readonly phasesMs: StartPhasesMs;
  /** The current phase, while it is starting. */
  readonly phase?: StartPhase;
}

/** The time between SIGTERM and SIGKILL. */
export const STOP_GRACE_MS = 30_000;
export const PING_TIMEOUT_MS = 2_000;
export const PING_INTERVAL_MS = 100;

/**
 * The time in service after which an instance has proved itself. If it dies or falls sick sooner, without any work
 * done, it has failed to start.
 */
export const PROVED_AFTER_MS = 30_000;
