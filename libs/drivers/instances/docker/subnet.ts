/** The highest address of an IPv4 subnet, such as `172.28.0.0/16`, that a host may have. */
export function lastAddressOf(subnet: string): string {
  const [network = '', bits = '32'] = subnet.split('/');
  const base = network.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  const last = Math.floor(base / size) * size + size - 2;
  return [24, 16, 8, 0].map((shift) => Math.floor(last / 2 ** shift) % 256).join('.');
}
