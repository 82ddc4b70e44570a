import type { PingAnswer } from '../instance/instance.js';
import type { StartPhase } from '../instance/start-phase.js';
import type { ContainerDefinition } from '../model/container.js';
import type { Body } from './objects.js';

/** The specification of a launch: one instance of one variant of one deployment. */
export interface LaunchSpec {
  readonly instanceId: string;
  readonly endpointName: string;
  readonly variantName: string;
  readonly deploymentId: string;
  readonly container: ContainerDefinition;
  /** `ml.*`: how much of the machine the instance may use, if the driver limits that. */
  readonly instanceType?: string;
  /** Whether the instance has no network access; only Ebb reaches it. */
  readonly isNetworkIsolated?: boolean;
  readonly downloadTimeoutMs: number;
}

/** An instance that exists, with its launch data if its driver keeps them. */
export interface FoundInstance {
  readonly instanceId: string;
  readonly launchedAs?: Pick<LaunchSpec, 'endpointName' | 'variantName' | 'deploymentId'> & {
    /** Milliseconds since the epoch. */
    readonly launchedAt: number;
  };
  /** Whether the instance is paused, as far as its driver can tell. */
  readonly isPaused?: boolean;
}

/** The way an instance ended. */
export interface InstanceExit {
  readonly reason: string;
  readonly exitCode?: number;
  /** Whether the machine ended the instance because it used more memory than it may. */
  readonly isOutOfMemory?: boolean;
}

/** A launched instance. It is healthy only after it has answered a ping. */
export interface LaunchedInstance {
  readonly instanceId: string;
  /**
   * Resolves, never rejects, at once when the instance has ended for any reason. By then its last output is in its log.
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
  /** The URL at which the container may report its progress. */
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

/** The result of telling a container that an invocation is no longer wanted. */
export interface CancelAnswer {
  /** Whether the container has confirmed that it stopped working on the invocation. */
  readonly isAcknowledged: boolean;
  /** The time after which the image allows an instance that goes on working to be ended; absent if it does not. */
  readonly endsInstanceAfterMs?: number;
}

/**
 * Starts, stops, pauses and talks to instances. The code of a failed launch tells its cause.
 * The container causes `ImageNotFound`, `ModelDataUnusable` and `InvalidRequest`, which a person has to mend. It also
 * causes `InstanceUnavailable`: its start was refused, and no other cause is known. The surroundings cause
 * `Unavailable` and `StorageFull`: the engine, a registry or storage does not answer, or the machine has no more room,
 * ports, processes or memory, so that no container could be started.
 * Invoking raises `InstanceUnavailable` if the connection was refused or reset before a response, and any error that
 * the request's own body raises. A response that breaks off fails in its body.
 */
export abstract class Instances {
  /**
   * Checks that instances of this type fit this machine, before anything is fetched. Raises `InvalidRequest` with the
   * required and the available resources. Drivers that limit nothing accept every type.
   */
  abstract admit(instanceType: string | undefined, signal?: AbortSignal): Promise<void>;
  /** Checks that the spec could be launched: the image exists, and the model's files can be fetched and unpacked. */
  abstract check(spec: LaunchSpec, signal?: AbortSignal): Promise<void>;
  /**
   * Resolves when the container has been started. `onPhase` is called as each phase begins, once each and in
   * order: `pull` if the image has to be fetched, `download` and `unpack` if there is a model, `boot`, and `ping` when
   * a ping has met a container that takes connections.
   */
  abstract launch(
    spec: LaunchSpec,
    onPhase?: (phase: StartPhase) => void,
    signal?: AbortSignal,
  ): Promise<LaunchedInstance>;
  /**
   * Takes over a running instance that an earlier run launched from this spec; from now on it is as if it had been
   * launched here. Undefined if that is not possible, or if the instance is paused: then it can only be terminated.
   */
  abstract adopt(spec: LaunchSpec, signal?: AbortSignal): Promise<LaunchedInstance | undefined>;
  /**
   * Sends SIGTERM, and SIGKILL after the grace. Resolves when the instance is gone, paused or not. Harmless for an
   * instance that is already gone.
   */
  abstract terminate(instanceId: string, graceMs: number): Promise<void>;
  /** Stops an idle instance, with its memory, until `resume`. Raises `InstanceUnavailable`. */
  abstract pause(instanceId: string, signal?: AbortSignal): Promise<void>;
  /** Resumes a paused instance within milliseconds. Raises `InstanceUnavailable`. */
  abstract resume(instanceId: string, signal?: AbortSignal): Promise<void>;
  /** Returns all existing instances, also those launched by an earlier run of Ebb, but not those being launched now. */
  abstract list(signal?: AbortSignal): Promise<FoundInstance[]>;
  /** Sends `GET /ping`. Raises only the signal's reason. */
  abstract ping(instanceId: string, signal?: AbortSignal): Promise<PingAnswer>;
  abstract invoke(instanceId: string, request: ContainerRequest, signal?: AbortSignal): Promise<ContainerResponse>;
  /**
   * Tells the container that the answer to an invocation, whose connection is closed, is no longer wanted. It sends a
   * POST to the cancel path of the image, if the image has one. Raises only the signal's reason.
   */
  abstract cancel(instanceId: string, inferenceId: string, signal?: AbortSignal): Promise<CancelAnswer>;
}
