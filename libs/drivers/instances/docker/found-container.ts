import type { ContainerInspectInfo } from 'dockerode';
import type { LaunchSpec } from '../../../core/ports/instances.js';
import { ADDITIONAL_PATH, CONTAINER_PORT, MODEL_PATH, type Placement } from './container-options.js';
import type { StartedContainer } from './docker-instance.js';
import { readLabels } from './labels.js';

const BYTES_PER_MIB = 1_048_576;

/** A container of Ebb as the engine shows it now. */
export class FoundContainer {
  readonly #info: ContainerInspectInfo;

  constructor(info: ContainerInspectInfo) {
    this.#info = info;
  }

  get id(): string {
    return this.#info.Id;
  }

  /** Whether it has not ended; it may be paused. */
  get isAlive(): boolean {
    return this.#info.State.Running || this.isPaused;
  }

  get isPaused(): boolean {
    return this.#info.State.Paused;
  }

  /** The endpoint, variant and deployment that it was launched for, from its labels. */
  get launchedAs() {
    return readLabels(this.#info.Config.Labels)?.launchedAs;
  }

  isLaunchedFrom({ endpointName, variantName, deploymentId }: LaunchSpec): boolean {
    const { launchedAs } = this;
    return (
      launchedAs?.endpointName === endpointName &&
      launchedAs.variantName === variantName &&
      launchedAs.deploymentId === deploymentId
    );
  }

  /** Returns the properties that an instance needs to continue with the container. */
  started(instanceId: string): StartedContainer {
    const { Memory } = this.#info.HostConfig;
    const memoryMiB = Memory ? Memory / BYTES_PER_MIB : undefined;
    return { instanceId, id: this.id, origin: this.origin, memoryMiB, isPaused: this.isPaused };
  }

  /** The files on this machine that the container has mounted to read. */
  get model(): Placement['model'] {
    const { Mounts } = this.#info;
    const additional = Mounts.filter(({ Destination }) => Destination.startsWith(`${ADDITIONAL_PATH}/`));
    return {
      directory: Mounts.find(({ Destination, Type }) => Type === 'bind' && Destination === MODEL_PATH)?.Source,
      additional: additional.map(({ Destination, Source }) => ({
        channelName: Destination.slice(ADDITIONAL_PATH.length + 1),
        directory: Source,
      })),
    };
  }

  /**
   * The origin at the published port. An isolated container publishes none, so it is reached by its address on its
   * network.
   */
  get origin(): string {
    const { HostConfig, NetworkSettings } = this.#info;
    const bindings = HostConfig.PortBindings as Record<string, { HostPort: string }[] | undefined> | null;
    const port = bindings?.[CONTAINER_PORT]?.[0]?.HostPort;
    if (port !== undefined) return `http://127.0.0.1:${port}`;
    const [network] = Object.values(NetworkSettings.Networks);
    return `http://${network?.IPAddress}:${Number.parseInt(CONTAINER_PORT)}`;
  }
}
