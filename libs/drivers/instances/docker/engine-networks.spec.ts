import { expect, it } from 'vitest';
import { lastAddressOf } from './engine-networks.js';

it.each([
  ['172.28.0.0/16', '172.28.255.254'],
  ['10.99.7.0/24', '10.99.7.254'],
  ['192.168.240.0/20', '192.168.255.254'],
])('the last address of %s is %s', (subnet, address) => {
  expect(lastAddressOf(subnet)).toBe(address);
});
