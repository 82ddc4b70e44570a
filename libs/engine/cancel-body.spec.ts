import { expect, test } from 'vitest';
import { cancelBody } from './cancel-body.js';

test('a body that comes in parts is closed without being read', async () => {
  const told: string[] = [];
  const iterator = {
    next: async () => {
      told.push('next');
      return { done: true as const, value: undefined };
    },
    return: async () => {
      told.push('return');
      return { done: true as const, value: undefined };
    },
  };
  await cancelBody({ [Symbol.asyncIterator]: () => iterator });
  expect(told).toEqual(['return']);
});

test('a body that cannot be closed, or is in memory already, is left alone', async () => {
  const endless = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true as const, value: undefined }) }) };
  await expect(cancelBody(endless)).resolves.toBeUndefined();
  await expect(cancelBody(new Uint8Array(3))).resolves.toBeUndefined();
});
