import { addAbortSignal, type Readable } from 'node:stream';

/**
 * Makes a stream fit to be handed out as a body: an abort destroys it, and so does `return()` on its iterator at any
 * time. Node's own iterator ignores a `return()` that comes before the first `next()` and would leak what is open.
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
