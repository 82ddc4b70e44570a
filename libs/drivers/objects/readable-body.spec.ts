import { once } from 'node:events';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { readableBody } from './readable-body.js';

const endless = () => new Readable({ read: (size) => void size });

it('closes the stream when its reader cancels before the first chunk', async () => {
  const stream = readableBody(endless());
  await stream[Symbol.asyncIterator]().return!();
  expect(stream.destroyed).toBe(true);
});

it('closes the stream when its reader cancels while it waits for a chunk', async () => {
  const stream = readableBody(endless());
  const iterator = stream[Symbol.asyncIterator]();
  const waiting = iterator.next();
  await Promise.allSettled([iterator.return!(), waiting]);
  expect(stream.destroyed).toBe(true);
});

it('closes the stream on an abort', async () => {
  const controller = new AbortController();
  const stream = readableBody(endless(), controller.signal);
  const failed = once(stream, 'error');
  controller.abort();
  expect(await failed).toMatchObject([{ name: 'AbortError' }]);
});

it('yields all chunks to a reader that reads to the end', async () => {
  const stream = readableBody(Readable.from([Buffer.from('a'), Buffer.from('b')]));
  expect(Buffer.concat(await stream.toArray()).toString()).toBe('ab');
});
