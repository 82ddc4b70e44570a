import type { Body } from '../core/ports/objects.js';

/** Releases the resources of a body that is not read to its end. */
export async function cancelBody(body: Body): Promise<void> {
  if (!(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
}
