import type { LookupAddress } from 'node:dns';
import ipaddr from 'ipaddr.js';

/** Raised for an address to which callbacks may not be sent. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';

  constructor(readonly address: string) {
    super(`The address ${address} is not public, and the operator has not allowed it (EBB_CALLBACK_ALLOW)`);
  }
}

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Global unicast. All other IPv6 addresses belong to a local network or hide an IPv4 address. */
const GLOBAL_IPV6: Network = [ipaddr.parse('2000::'), 3];
/** Addresses that are public by number but serve a platform's metadata. */
const METADATA = new Set(['168.63.129.16']);

/**
 * Decides to which addresses callbacks may be sent: to the public internet, and otherwise only to networks such as
 * `10.1.0.0/16` and hosts that the operator lists. Addresses of this machine, its network and its platform are refused
 * by default.
 */
export class AddressGuard {
  private readonly networks: readonly Network[];
  private readonly hosts: ReadonlySet<string>;

  constructor(allowed: readonly string[]) {
    this.networks = allowed.filter(isNetwork).map(networkOf);
    this.hosts = new Set(allowed.filter((entry) => !isNetwork(entry)).map((host) => host.toLowerCase()));
  }

  /** Tells whether `entry` is valid in the operator's list. */
  static isEntry(entry: string): boolean {
    return isNetwork(entry) || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(entry);
  }

  /**
   * Raises `RefusedAddress` unless the address is allowed. `hostname` is the name that was looked up, or the address
   * itself.
   */
  check(address: string, hostname: string): void {
    if (!this.isAllowed(address, hostname)) throw new RefusedAddress(address);
  }

  /** Returns the allowed addresses of a name. Raises `RefusedAddress` if none is allowed. */
  choose(addresses: readonly LookupAddress[], hostname: string): LookupAddress[] {
    const allowed = addresses.filter(({ address }) => this.isAllowed(address, hostname));
    if (allowed.length === 0 && addresses[0]) throw new RefusedAddress(addresses[0].address);
    return allowed;
  }

  private isAllowed(address: string, hostname: string): boolean {
    if (this.hosts.has(hostname.toLowerCase())) return true;
    // An address with a zone belongs to one link.
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
