import { setImmediate as settle } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LaunchTurns } from './launch-turns.js';

/** Asks for turns, and records which launches have got one. */
function aQueue() {
  const turns = new LaunchTurns();
  const begun: string[] = [];
  return {
    turns,
    begun,
    ask: async (name: string, key = name.split(' ')[0]!, signal = new AbortController().signal): Promise<void> => {
      void turns.take(key, signal).then(
        () => begun.push(name),
        (reason: unknown) => begun.push(`${name}: ${String(reason)}`),
      );
      await settle();
    },
  };
}

test('a variant launches sixteen at once, and the others in the order of request', async () => {
  const { turns, begun, ask } = aQueue();
  for (let each = 0; each < 20; each += 1) await ask(`a ${each}`);
  expect(begun).toHaveLength(16);
  for (let each = 0; each < 3; each += 1) turns.end('a');
  await settle();
  expect(begun.slice(16)).toEqual(['a 16', 'a 17', 'a 18']);
});

test('a variant without a launch under way does not wait for a variant with many', async () => {
  const { turns, begun, ask } = aQueue();
  for (let each = 0; each < 20; each += 1) await ask(`a ${each}`);
  await ask('b 1');
  await ask('b 2');
  expect(begun.slice(16)).toEqual(['b 1']);
  turns.end('b');
  await settle();
  expect(begun.slice(16)).toEqual(['b 1', 'b 2']);
});

test('at most sixty-four launches are under way at once over all variants', async () => {
  const { turns, begun, ask } = aQueue();
  for (let each = 0; each < 70; each += 1) await ask(`variant${each} first`);
  expect(begun).toHaveLength(64);
  turns.end('variant0');
  await settle();
  expect(begun.at(-1)).toBe('variant64 first');
});

test('a launch that is called off while waiting gets no turn and takes none from others', async () => {
  const { turns, begun, ask } = aQueue();
  for (let each = 0; each < 16; each += 1) await ask(`a ${each}`);
  const stop = new AbortController();
  await ask('a unwanted', 'a', stop.signal);
  await ask('a next');
  stop.abort('stopped');
  turns.end('a');
  await settle();
  await ask('a too late', 'a', stop.signal);
  expect(begun.slice(16)).toEqual(['a unwanted: stopped', 'a next', 'a too late: stopped']);
});
