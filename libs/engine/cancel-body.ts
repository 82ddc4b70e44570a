import type { Body } from '../core/ports/objects.js';

/** Gives back what a body holds open when it is not going to be read to its end. */
export async function cancelBody(body: Body): Promise<void> {
  if (!(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
}
