import type { NetworkCreateOptions } from 'dockerode';
import type { EngineClient } from './engine-api/engine-client.js';
import { isMissing } from './engine-api/engine-errors.js';
import { OWNER_LABEL } from './labels.js';

/** The bridges that the instances of every Ebb on a dockerd share. */
const SHARED = { open: 'ebb-instances', isolated: 'ebb-isolated' } as const;
const ANYBODY = 'anybody';

/**
 * Bridge networks on which no instance can reach another. On dockerd all instances share two networks, with
 * communication between containers turned off. Podman cannot turn it off, so each instance gets a bridge of its own.
 * The bridge of an isolated instance is internal: it has no route out, and no port is published from it.
 */
export class EngineNetworks {
  readonly #engine: EngineClient;
  readonly #owner: string;
  /** The ids of the shared networks. They are found or created once, because a launch has no time for it. */
  readonly #shared = new Map<string, Promise<string>>();

  constructor(engine: EngineClient, owner: string) {
    this.#engine = engine;
    this.#owner = owner;
  }

  /** Provides an existing network for an instance, named `ownName` if the network is the instance's own. */
  async provide(ownName: string, isIsolated = false): Promise<string> {
    if (this.#engine.isPodman) {
      await this.#create(ownName, isIsolated, this.#owner);
      return ownName;
    }
    const name = isIsolated ? SHARED.isolated : SHARED.open;
    const known = this.#shared.get(name);
    if (known) return known;
    const provided = this.#provideShared(name, isIsolated);
    this.#shared.set(name, provided);
    provided.catch(() => this.#shared.delete(name));
    return provided;
  }

  /** Forgets the shared networks, because one is missing now. */
  forget(): void {
    this.#shared.clear();
  }

  /** Removes the own network of an instance that is gone. */
  async release(ownName: string): Promise<void> {
    if (this.#engine.isPodman) await this.#remove(ownName);
  }

  /** Removes the instances' own networks that a crash left behind, except the names in use. */
  async removeLeftovers(inUse: ReadonlySet<string>): Promise<void> {
    if (!this.#engine.isPodman) return;
    const filters = { label: [`${OWNER_LABEL}=${this.#owner}`] };
    const networks = await this.#engine.ask((client) => client.listNetworks({ filters }));
    for (const { Name } of networks) if (!inUse.has(Name)) await this.#remove(Name);
  }

  async #provideShared(name: string, isIsolated: boolean): Promise<string> {
    const found = await this.#onlyOne(name);
    if (found) return found;
    const made = await this.#create(name, isIsolated, ANYBODY);
    return (await this.#onlyOne(name)) ?? made;
  }

  /**
   * Returns the oldest network of a name, if there is one, and removes the others. dockerd creates two networks for two
   * simultaneous requests, and then accepts the name of neither. Every process that sees both keeps the oldest.
   */
  async #onlyOne(name: string): Promise<string | undefined> {
    const filters = { name: [name], label: [`${OWNER_LABEL}=${ANYBODY}`] };
    const networks = await this.#engine.ask((client) => client.listNetworks({ filters }));
    const same = networks.filter(({ Name }) => Name === name);
    same.sort((a, b) => Date.parse(a.Created) - Date.parse(b.Created) || (a.Id < b.Id ? -1 : 1));
    const [oldest, ...others] = same;
    for (const { Id } of others) await this.#remove(Id);
    return oldest?.Id;
  }

  async #create(name: string, isIsolated: boolean, owner: string): Promise<string> {
    const network: NetworkCreateOptions = {
      Name: name,
      Driver: 'bridge',
      Internal: isIsolated,
      Options: { 'com.docker.network.bridge.enable_icc': 'false' },
      Labels: { [OWNER_LABEL]: owner },
    };
    const { id } = await this.#engine.ask((client) => client.createNetwork(network));
    return isIsolated && !this.#engine.isPodman ? this.#withoutGateway(id, network) : id;
  }

  /**
   * Creates the network again on the same subnet, with a gateway that leads nowhere. On dockerd the gateway of an
   * internal network is this machine, which may have services on all its addresses.
   */
  async #withoutGateway(id: string, network: NetworkCreateOptions): Promise<string> {
    const { IPAM } = await this.#engine.ask((client) => client.getNetwork(id).inspect());
    const subnet = IPAM?.Config?.[0]?.Subnet;
    if (!subnet) return id;
    await this.#remove(id);
    const config = { Subnet: subnet, AuxiliaryAddresses: { DefaultGatewayIPv4: lastAddressOf(subnet) } };
    // The engine's name of the field differs from the client's declarations.
    const ipam = { Config: [config] } as unknown as NetworkCreateOptions['IPAM'];
    return (await this.#engine.ask((client) => client.createNetwork({ ...network, IPAM: ipam }))).id;
  }

  async #remove(nameOrId: string): Promise<void> {
    try {
      await this.#engine.ask((client) => client.getNetwork(nameOrId).remove());
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

/** Returns the highest address that a host may have in an IPv4 subnet such as `172.28.0.0/16`. */
export function lastAddressOf(subnet: string): string {
  const [network = '', bits = '32'] = subnet.split('/');
  const base = network.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  const last = Math.floor(base / size) * size + size - 2;
  return [24, 16, 8, 0].map((shift) => Math.floor(last / 2 ** shift) % 256).join('.');
}
