import type { StartPhase } from '../instance.js';
import type { ContainerDefinition } from '../model.js';
import type { Body } from './objects.js';

/** What to start: one instance of one variant. */
export interface LaunchSpec {
  readonly instanceId: string;
  readonly endpointName: string;
  readonly variantName: string;
  readonly container: ContainerDefinition;
  readonly downloadTimeoutMs: number;
}

/** Why an instance ended. */
export interface InstanceExit {
  readonly reason: string;
  readonly exitCode?: number;
}

/** A launched instance. It is not healthy until it has answered a ping. */
export interface LaunchedInstance {
  readonly instanceId: string;
  /** Resolves, never rejects, at once when the instance has ended for whatever reason. */
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

/**
 * Starts, stops and talks to instances. Launching raises `ImageNotFound`, `ModelDataUnusable` or
 * `InstanceUnavailable`; invoking raises `InstanceUnavailable` when the connection was refused or reset before a
 * response, and whatever the request's own body raises. A response that breaks off fails in its body.
 */
export abstract class Instances {
  /** Whether the spec could be launched: the image exists and the model's files can be fetched and unpacked. */
  abstract check(spec: LaunchSpec, signal?: AbortSignal): Promise<void>;
  /**
   * Resolves when the container has been started. `onPhase` tells what is being done from then on, each phase once and in
   * order: `download` and `unpack` where there is a model, `boot`, and `ping` when a ping has met a container that takes
   * connections.
   */
  abstract launch(
    spec: LaunchSpec,
    onPhase?: (phase: StartPhase) => void,
    signal?: AbortSignal,
  ): Promise<LaunchedInstance>;
  /** SIGTERM, SIGKILL after the grace; resolves when it is gone. Harmless for an instance that is gone. */
  abstract terminate(instanceId: string, graceMs: number): Promise<void>;
  /** The ids of all instances that exist, also those launched by an earlier run of Ebb. */
  abstract list(signal?: AbortSignal): Promise<string[]>;
  /** Whether `GET /ping` answers 200 within the ping timeout. */
  abstract ping(instanceId: string, signal?: AbortSignal): Promise<boolean>;
  abstract invoke(instanceId: string, request: ContainerRequest, signal?: AbortSignal): Promise<ContainerResponse>;
  /** The last lines of the instance's output, oldest first, also after its end. */
  abstract tail(instanceId: string, lines: number): Promise<string[]>;
}
