import type { NetworkCreateOptions } from 'dockerode';
import type { EngineClient } from './engine-api/engine-client.js';
import { isMissing } from './engine-api/engine-errors.js';
import { OWNER_LABEL } from './labels.js';

/** Bridges that all instances on a dockerd share, whoever owns them. */
const SHARED = { open: 'ebb-instances', isolated: 'ebb-isolated' } as const;
const ANYBODY = 'anybody';

/**
 * Bridge networks on which no instance can talk to another. dockerd has two for all of them, with the communication between
 * containers turned off; Podman cannot turn it off, so there each instance has a bridge to itself. An isolated instance's
 * bridge is internal: no way leads out of it, and no port is published from it.
 */
export class EngineNetworks {
  readonly #engine: EngineClient;
  readonly #owner: string;
  /** The ids of the shared ones, found or made once: a launch has no time to lose with them. */
  readonly #shared = new Map<string, Promise<string>>();

  constructor(engine: EngineClient, owner: string) {
    this.#engine = engine;
    this.#owner = owner;
  }

  /** The network for an instance, which is there then; named `ownName` if it is to be its own. */
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

  /** A network turned out not to be there any more. */
  forget(): void {
    this.#shared.clear();
  }

  /** An instance is gone, and with it its own network. */
  async release(ownName: string): Promise<void> {
    if (this.#engine.isPodman) await this.#remove(ownName);
  }

  /** Removes the instances' own networks that a crash has left, apart from those of the names in use. */
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
   * The oldest network of a name, if there is any. dockerd makes two for two who ask at once, and takes neither as long as
   * there are two: all who see it leave the oldest one.
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
   * Makes the network anew on the subnet that it was given, with a gateway that leads nowhere. On dockerd an internal network
   * has one: this machine, on all of whose addresses there may be services.
   */
  async #withoutGateway(id: string, network: NetworkCreateOptions): Promise<string> {
    const { IPAM } = await this.#engine.ask((client) => client.getNetwork(id).inspect());
    const subnet = IPAM?.Config?.[0]?.Subnet;
    if (!subnet) return id;
    await this.#remove(id);
    const config = { Subnet: subnet, AuxiliaryAddresses: { DefaultGatewayIPv4: lastAddressOf(subnet) } };
    // The engine's name for it is not that of the client's declarations.
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

/** The highest address of an IPv4 subnet, such as `172.28.0.0/16`, that a host may have. */
export function lastAddressOf(subnet: string): string {
  const [network = '', bits = '32'] = subnet.split('/');
  const base = network.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  const last = Math.floor(base / size) * size + size - 2;
  return [24, 16, 8, 0].map((shift) => Math.floor(last / 2 ** shift) % 256).join('.');
}
