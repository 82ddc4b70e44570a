import { expect, test } from 'vitest';
import { AddressGuard, RefusedAddress } from './address-guard.js';

const guard = new AddressGuard([]);
const isAllowed = (address: string, allowed: readonly string[] = [], hostname = address): boolean => {
  try {
    new AddressGuard(allowed).check(address, hostname);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(RefusedAddress);
    return false;
  }
};

test.each(['8.8.8.8', '93.184.216.34', '2606:4700::1111', '2a00:1450:4001::8a'])('%s is public', (address) => {
  expect(isAllowed(address)).toBe(true);
});

test.each([
  ['this machine', '127.0.0.1', '127.8.9.10', '::1', '0.0.0.0', '::'],
  ['private networks', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12::1'],
  ['networks of carriers and VPNs', '100.64.0.1', '100.127.255.254'],
  ['one link', '169.254.1.1', 'fe80::1', 'fe80::1%eth0'],
  ['metadata services', '169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '168.63.129.16', '192.0.0.192'],
  [
    'documentation, benchmarks and reserved ranges',
    '192.0.2.1',
    '198.18.0.1',
    '203.0.113.9',
    '240.0.0.1',
    '2001:db8::1',
    '100::1',
  ],
  ['broadcast and multicast', '255.255.255.255', '224.0.0.1', 'ff02::1'],
  ['IPv4 written as IPv6', '::ffff:10.0.0.1', '::ffff:7f00:1', '::7f00:1', '64:ff9b::a00:1', '2002:a00:1::', '2001::1'],
  ['an invalid form', 'localhost', '', '1.2.3.4.5'],
])('addresses of %s are refused', (_whose, ...addresses) => {
  for (const address of addresses) expect([address, isAllowed(address)]).toEqual([address, false]);
});

test('a public IPv4 address written as IPv6 is allowed', () => {
  expect(isAllowed('::ffff:8.8.8.8')).toBe(true);
});

test('the operator may allow a network, an address or a host', () => {
  expect(isAllowed('10.1.2.3', ['10.1.0.0/16'])).toBe(true);
  expect(isAllowed('10.2.2.3', ['10.1.0.0/16'])).toBe(false);
  expect(isAllowed('::ffff:10.1.2.3', ['10.1.0.0/16'])).toBe(true);
  expect(isAllowed('fd12::5', ['fd12::/16'])).toBe(true);
  expect(isAllowed('10.9.9.9', ['10.9.9.9'])).toBe(true);
  expect(isAllowed('10.9.9.9', ['Hooks.Internal'], 'hooks.internal')).toBe(true);
  expect(isAllowed('10.9.9.9', ['hooks.internal'], 'other.internal')).toBe(false);
});

const of = (address: string) => ({ address, family: 4 });

test('only the allowed addresses of a name are connected to', () => {
  expect(guard.choose([of('10.0.0.1'), of('8.8.8.8')], 'both.example')).toEqual([of('8.8.8.8')]);
  expect(() => guard.choose([of('10.0.0.1'), of('127.0.0.1')], 'neither.example')).toThrow('10.0.0.1 is not public');
});

test.each([
  ['10.0.0.0/8', true],
  ['::1', true],
  ['hooks.internal', true],
  ['10.0.0.0/99', false],
  ['http://hooks', false],
  ['a b', false],
])('%s as an entry of the list: %s', (entry, isEntry) => {
  expect(AddressGuard.isEntry(entry)).toBe(isEntry);
});
