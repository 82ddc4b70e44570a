import type { Engine } from './engine.js';
import { isMissing, isNameTaken } from './engine-errors.js';
import { OWNER_LABEL } from './labels.js';

/** Bridges that all instances on a dockerd share, whoever owns them. */
const SHARED = { open: 'ebb-instances', isolated: 'ebb-isolated' } as const;

/**
 * Bridge networks on which no instance can talk to another. dockerd has two for all of them, with the communication between
 * containers turned off; Podman cannot turn it off, so there each instance has a bridge to itself. An isolated instance's
 * bridge is internal: no way leads out of it, and no port is published from it.
 */
export class EngineNetworks {
  readonly #engine: Engine;
  readonly #owner: string;
  readonly #present = new Set<string>();

  constructor(engine: Engine, owner: string) {
    this.#engine = engine;
    this.#owner = owner;
  }

  /** The name of the network for an instance, which is there then; `ownName` if it is to be its own. */
  async provide(ownName: string, isIsolated = false): Promise<string> {
    const shared = isIsolated ? SHARED.isolated : SHARED.open;
    const name = this.#engine.isPodman ? ownName : shared;
    if (this.#present.has(name)) return name;
    await this.#create(name, isIsolated);
    if (name === shared) this.#present.add(name);
    return name;
  }

  /** A network turned out not to be there any more. */
  forget(): void {
    this.#present.clear();
  }

  /** An instance is gone, and with it its own network. */
  async release(ownName: string): Promise<void> {
    if (!this.#engine.isPodman) return;
    try {
      await this.#engine.ask((client) => client.getNetwork(ownName).remove());
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  /** Removes the instances' own networks that a crash has left, apart from those of the names in use. */
  async removeLeftovers(inUse: ReadonlySet<string>): Promise<void> {
    if (!this.#engine.isPodman) return;
    const filters = { label: [`${OWNER_LABEL}=${this.#owner}`] };
    const networks = await this.#engine.ask((client) => client.listNetworks({ filters }));
    for (const { Name } of networks) if (!inUse.has(Name)) await this.release(Name);
  }

  async #create(name: string, isIsolated: boolean): Promise<void> {
    const network = {
      Name: name,
      Driver: 'bridge',
      CheckDuplicate: true,
      Internal: isIsolated,
      Options: { 'com.docker.network.bridge.enable_icc': 'false' },
      Labels: { [OWNER_LABEL]: this.#engine.isPodman ? this.#owner : 'all' },
    };
    try {
      await this.#engine.ask((client) => client.createNetwork(network));
    } catch (error) {
      if (!isNameTaken(error)) throw error;
    }
  }
}
