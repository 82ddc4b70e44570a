import type { LaunchSpec } from '../../../core/ports/instances.js';
import { takeFreePort } from '../container/free-port.js';
import { containerOptions, type Placement } from './container-options.js';
import { removeContainer, type StartedContainer } from './docker-instance.js';
import type { EngineClient } from './engine-api/engine-client.js';
import { isAway, isNetworkUnusable, isPortTaken } from './engine-api/engine-errors.js';
import type { EngineNetworks } from './engine-networks.js';
import { FoundContainer } from './found-container.js';

/** The most tries of a start. Just before a container needs them, a port may be taken or a shared network removed. */
const MAX_TRIES = 3;

/** The properties of a container that are the same in each try. */
export type ContainerPlace = Omit<Placement, 'network' | 'port' | 'isPodman'>;

/** Creates and starts containers. If all goes well, these are the only two calls to the engine. */
export class ContainerStarter {
  readonly #engine: EngineClient;
  readonly #networks: EngineNetworks;
  /** The ports of launches under way, so that no two launches choose the same port. */
  readonly #ports = new Set<number>();

  constructor(engine: EngineClient, networks: EngineNetworks) {
    this.#engine = engine;
    this.#networks = networks;
  }

  /**
   * Creates and starts a container. Raises the engine's error, after it has removed the created container unless the
   * engine is away.
   */
  async start(spec: LaunchSpec, place: ContainerPlace): Promise<StartedContainer> {
    try {
      return await this.#tryAgain(spec, place);
    } catch (error) {
      // The first error matters more. The next `list` removes a network that is left over.
      await this.#networks.release(place.name).catch(() => {});
      throw error;
    }
  }

  async #tryAgain(spec: LaunchSpec, place: ContainerPlace): Promise<StartedContainer> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#try(spec, place);
      } catch (error) {
        const mayPass = isPortTaken(error) || isNetworkUnusable(error);
        if (!mayPass || tries === MAX_TRIES) throw error;
        this.#networks.forget();
      }
    }
  }

  async #try(spec: LaunchSpec, place: ContainerPlace): Promise<StartedContainer> {
    const { isNetworkIsolated = false, instanceId } = spec;
    const network = await this.#networks.provide(place.name, isNetworkIsolated);
    const port = isNetworkIsolated ? undefined : await takeFreePort(this.#ports);
    try {
      const options = containerOptions(spec, { ...place, network, port, isPodman: this.#engine.isPodman });
      const { id } = await this.#engine.ask((client) => client.createContainer(options));
      await this.#startOrRemove(id);
      const origin = port === undefined ? await this.#ownOrigin(id) : `http://127.0.0.1:${port}`;
      return { instanceId, id, origin, memoryMiB: place.type?.memoryMiB };
    } finally {
      if (port !== undefined) this.#ports.delete(port);
    }
  }

  async #startOrRemove(id: string): Promise<void> {
    try {
      await this.#engine.ask((client) => client.getContainer(id).start());
    } catch (error) {
      // If the engine is away, the container may have started. The caller terminates it when the engine is back.
      if (!isAway(error)) await removeContainer(this.#engine, id);
      throw error;
    }
  }

  async #ownOrigin(id: string): Promise<string> {
    return new FoundContainer(await this.#engine.ask((client) => client.getContainer(id).inspect())).origin;
  }
}
