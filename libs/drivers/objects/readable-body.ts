import { addAbortSignal, type Readable } from 'node:stream';

/**
 * Makes a stream safe to return as a body: an abort destroys it, and so does `return()` on its iterator at any time.
 * Node's own iterator ignores a `return()` before the first `next()`, which would leak the open file or connection.
 */
export function readableBody(stream: Readable, signal?: AbortSignal): Readable {
  if (signal) addAbortSignal(signal, stream);
  const iterate = stream[Symbol.asyncIterator].bind(stream);
  stream[Symbol.asyncIterator] = () => {
    const iterator = iterate();
    const finish = iterator.return!.bind(iterator);
    iterator.return = () => {
      stream.destroy();
      return finish();
    };
    return iterator;
  };
  return stream;
}
