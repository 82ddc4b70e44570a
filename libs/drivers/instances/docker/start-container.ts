import type { LaunchSpec } from '../../../core/ports/instances.js';
import { takeFreePort } from '../container/free-port.js';
import { containerOptions, type Placement } from './container-options.js';
import { removeContainer, type StartedContainer } from './docker-instance.js';
import type { EngineClient } from './engine-api/engine-client.js';
import { isAway, isNetworkUnusable, isPortTaken } from './engine-api/engine-errors.js';
import type { EngineNetworks } from './engine-networks.js';
import { FoundContainer } from './found-container.js';

/** A port may be taken, or a shared network removed, in the moment before a container wants it. */
const MAX_TRIES = 3;

/** What a container is made of, apart from what is chosen anew for each try. */
export type ContainerPlace = Omit<Placement, 'network' | 'port' | 'isPodman'>;

/** Creates and starts containers, with no other question to the engine than these two where all goes well. */
export class ContainerStarter {
  readonly #engine: EngineClient;
  readonly #networks: EngineNetworks;
  /** Of launches that are under way, so that no two of them choose the same one. */
  readonly #ports = new Set<number>();

  constructor(engine: EngineClient, networks: EngineNetworks) {
    this.#engine = engine;
    this.#networks = networks;
  }

  /** Raises what the engine answered; what had been created is removed by then, unless the engine is away. */
  async start(spec: LaunchSpec, place: ContainerPlace): Promise<StartedContainer> {
    try {
      return await this.#tryAgain(spec, place);
    } catch (error) {
      // Why it was not started matters more; the next list removes a network that is left over.
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
      // Where the engine is away it may have been started: whoever launches it terminates it when the engine is back.
      if (!isAway(error)) await removeContainer(this.#engine, id);
      throw error;
    }
  }

  async #ownOrigin(id: string): Promise<string> {
    return new FoundContainer(await this.#engine.ask((client) => client.getContainer(id).inspect())).origin;
  }
}
