import type { Endpoint } from '../../core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import { EbbError } from '../../core/errors.js';
import { listed } from '../../core/in-words.js';

/**
 * Returns the variant of that name, or the only variant if no name is given. Raises `InvalidRequest` with the names of
 * the variants.
 */
export function chooseVariant({ name, variants }: Endpoint, variantName: string | undefined): DeployedVariant {
  const found = variants.find((variant) => variant.name === variantName);
  if (found) return found;
  const [only] = variants;
  if (variantName === undefined && only && variants.length === 1) return only;
  const names = listed(variants.map((variant) => `"${variant.name}"`));
  const problem = variantName === undefined ? 'must be named' : `must be one of the endpoint's`;
  throw new EbbError('InvalidRequest', `variant ${problem}: endpoint "${name}" has ${names}.`);
}
