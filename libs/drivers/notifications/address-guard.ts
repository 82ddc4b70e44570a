import type { LookupAddress } from 'node:dns';
import ipaddr from 'ipaddr.js';

/** An address that nobody may be told to send anything to. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';

  constructor(readonly address: string) {
    super(`The address ${address} is not public, and the operator has not allowed it (EBB_CALLBACK_ALLOW)`);
  }
}

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Global unicast: all other IPv6 addresses are of a network's own, or hide an IPv4 address. */
const GLOBAL_IPV6: Network = [ipaddr.parse('2000::'), 3];
/** Public by its number, but a platform's metadata service by its use. */
const METADATA = new Set(['168.63.129.16']);

/**
 * Tells addresses of the public internet, where callbacks may go, from those of this machine, its network and its platform,
 * where they may only if the operator lists them: as networks such as `10.1.0.0/16`, or as names of hosts.
 */
export class AddressGuard {
  private readonly networks: readonly Network[];
  private readonly hosts: ReadonlySet<string>;

  constructor(allowed: readonly string[]) {
    this.networks = allowed.filter(isNetwork).map(networkOf);
    this.hosts = new Set(allowed.filter((entry) => !isNetwork(entry)).map((host) => host.toLowerCase()));
  }

  /** Whether `entry` can stand in the operator's list. */
  static isEntry(entry: string): boolean {
    return isNetwork(entry) || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(entry);
  }

  /** `hostname` is what the address was looked up for, or the address itself. Raises `RefusedAddress`. */
  check(address: string, hostname: string): void {
    if (!this.isAllowed(address, hostname)) throw new RefusedAddress(address);
  }

  /** Those that may be connected to, of all that a name stands for; raises `RefusedAddress` where none may. */
  choose(addresses: readonly LookupAddress[], hostname: string): LookupAddress[] {
    const allowed = addresses.filter(({ address }) => this.isAllowed(address, hostname));
    if (allowed.length === 0 && addresses[0]) throw new RefusedAddress(addresses[0].address);
    return allowed;
  }

  private isAllowed(address: string, hostname: string): boolean {
    if (this.hosts.has(hostname.toLowerCase())) return true;
    // An address with a zone is of one link alone.
    if (!ipaddr.isValid(address) || address.includes('%')) return false;
    const parsed = ipaddr.process(address);
    if (this.networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits))) {
      return true;
    }
    if (parsed.range() !== 'unicast' || METADATA.has(parsed.toString())) return false;
    return parsed.kind() === 'ipv4' || parsed.match(...GLOBAL_IPV6);
  }
}

function isNetwork(entry: string): boolean {
  return ipaddr.isValidCIDR(entry) || ipaddr.isValid(entry);
}

function networkOf(entry: string): Network {
  if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry) as Network;
  const address = ipaddr.process(entry);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
