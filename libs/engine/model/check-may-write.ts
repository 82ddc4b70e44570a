import type { Caller } from '../../core/access/caller.js';
import { EbbError } from '../../core/errors.js';
import { isMadeOf } from '../../core/model/model-data.js';
import { type ObjectLocation, formatObjectLocation } from '../../core/object-location.js';
import type { Catalog } from '../../core/ports/catalog.js';

/**
 * Refuses the role `submit` to write an object that a model is made of, because its content decides what runs. Raises
 * `AccessDenied`.
 */
export async function checkMayWrite(
  catalog: Pick<Catalog, 'endpoints' | 'models'>,
  caller: Caller | undefined,
  location: ObjectLocation,
  signal?: AbortSignal,
): Promise<void> {
  if (caller?.role !== 'submit') return;
  const [models, endpoints] = await Promise.all([catalog.models.all(signal), catalog.endpoints.all(signal)]);
  const variants = endpoints.flatMap((endpoint) => [...endpoint.variants, ...(endpoint.deployment?.variants ?? [])]);
  const used = [
    ...models.flatMap(({ container, containers = [] }) => [container, ...containers]),
    ...variants.map(({ container }) => container),
  ];
  if (!used.some((container) => isMadeOf(container, location))) return;
  const what = formatObjectLocation(location);
  throw new EbbError('AccessDenied', `${what} is part of a model, which the role submit may not change.`);
}
