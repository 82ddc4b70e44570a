import type { PingAnswer } from '../instance/instance.js';
import type { StartPhase } from '../instance/start-phase.js';
import type { ContainerDefinition } from '../model/container.js';
import type { Body } from './objects.js';

/** What to start: one instance of one variant of one deployment. */
export interface LaunchSpec {
  readonly instanceId: string;
  readonly endpointName: string;
  readonly variantName: string;
  readonly deploymentId: string;
  readonly container: ContainerDefinition;
  /** `ml.*`: how much of the machine it may use, where the driver limits that. */
  readonly instanceType?: string;
  /** It may talk to nobody; only Ebb talks to it. */
  readonly isNetworkIsolated?: boolean;
  readonly downloadTimeoutMs: number;
}

/** An instance that exists, with what it was launched as where its driver keeps that. */
export interface FoundInstance {
  readonly instanceId: string;
  readonly launchedAs?: Pick<LaunchSpec, 'endpointName' | 'variantName' | 'deploymentId'> & {
    /** Milliseconds since the epoch. */
    readonly launchedAt: number;
  };
  /** It stands still, as far as its driver can tell. */
  readonly isPaused?: boolean;
}

/** Why an instance ended. */
export interface InstanceExit {
  readonly reason: string;
  readonly exitCode?: number;
  /** The machine ended it because it used more memory than it may. */
  readonly isOutOfMemory?: boolean;
}

/** A launched instance. It is not healthy until it has answered a ping. */
export interface LaunchedInstance {
  readonly instanceId: string;
  /**
   * Resolves, never rejects, at once when the instance has ended for whatever reason; its last output is in its log by
   * then.
   */
  readonly exited: Promise<InstanceExit>;
}

/** A request to the container's `/invocations`. */
export interface ContainerRequest {
  readonly body: Body;
  readonly sizeBytes: number;
  readonly contentType?: string;
  readonly accept?: string;
  readonly customAttributes?: string;
  readonly inferenceId: string;
  /** Where the container may tell how far it has come. */
  readonly progressUrl?: string;
}

/** The container's answer once its headers are in. The body must be read or cancelled. */
export interface ContainerResponse {
  readonly status: number;
  readonly contentType?: string;
  /** Absent for a chunked response. */
  readonly sizeBytes?: number;
  /** All header lines together, as they came over the wire. */
  readonly headerBytes: number;
  readonly body: Body;
}

/** What came of telling a container that an invocation is not wanted any more. */
export interface CancelAnswer {
  /** The container has said that it has stopped working on it. */
  readonly isAcknowledged: boolean;
  /** The image allows that an instance is ended that goes on working, after so long. */
  readonly endsInstanceAfterMs?: number;
}

/**
 * Starts, stops, pauses and talks to instances. Whose fault it is that a launch failed is told by the code. The container's
 * are `ImageNotFound`, `ModelDataUnusable`, `InvalidRequest`, which somebody has to mend, and `InstanceUnavailable`, where it
 * was to be started and that was refused, for whatever reason is not known to be another's. Its surroundings' are
 * `Unavailable` and `StorageFull`: the engine, a registry or storage does not answer, or the machine has no more room, ports,
 * processes or memory, so that no container could be started. Invoking raises `InstanceUnavailable` when the connection was
 * refused or reset before a response, and whatever the request's own body raises. A response that breaks off fails in its
 * body.
 */
export abstract class Instances {
  /**
   * Whether instances of this type fit this machine at all, before anything is fetched; raises `InvalidRequest` with what
   * is asked for and what there is. Drivers that limit nothing take every type.
   */
  abstract admit(instanceType: string | undefined, signal?: AbortSignal): Promise<void>;
  /** Whether the spec could be launched: the image exists and the model's files can be fetched and unpacked. */
  abstract check(spec: LaunchSpec, signal?: AbortSignal): Promise<void>;
  /**
   * Resolves when the container has been started. `onPhase` tells what is being done from then on, each phase once and in
   * order: `pull` where the image has to be fetched, `download` and `unpack` where there is a model, `boot`, and `ping`
   * when a ping has met a container that takes connections.
   */
  abstract launch(
    spec: LaunchSpec,
    onPhase?: (phase: StartPhase) => void,
    signal?: AbortSignal,
  ): Promise<LaunchedInstance>;
  /**
   * Takes over an instance that an earlier run launched from this spec and that still runs: from now on it is as if it had
   * been launched here. Undefined where that is not possible, or it is paused; then it is only good for being terminated.
   */
  abstract adopt(spec: LaunchSpec, signal?: AbortSignal): Promise<LaunchedInstance | undefined>;
  /** SIGTERM, SIGKILL after the grace; resolves when it is gone, paused or not. Harmless for an instance that is gone. */
  abstract terminate(instanceId: string, graceMs: number): Promise<void>;
  /** Stops an idle instance where it stands, memory and all, until `resume`. Raises `InstanceUnavailable`. */
  abstract pause(instanceId: string, signal?: AbortSignal): Promise<void>;
  /** Lets a paused instance go on, within milliseconds. Raises `InstanceUnavailable`. */
  abstract resume(instanceId: string, signal?: AbortSignal): Promise<void>;
  /** All instances that exist, also those launched by an earlier run of Ebb, but not those being launched now. */
  abstract list(signal?: AbortSignal): Promise<FoundInstance[]>;
  /** `GET /ping`. Raises nothing but the signal's reason. */
  abstract ping(instanceId: string, signal?: AbortSignal): Promise<PingAnswer>;
  abstract invoke(instanceId: string, request: ContainerRequest, signal?: AbortSignal): Promise<ContainerResponse>;
  /**
   * Tells the container that nobody wants the answer to an invocation any more, whose connection is closed: by a POST to
   * its image's cancel path, where the image has one. Raises nothing but the signal's reason.
   */
  abstract cancel(instanceId: string, inferenceId: string, signal?: AbortSignal): Promise<CancelAnswer>;
}
