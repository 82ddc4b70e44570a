import { type LaunchFailures, isCrashLooping, withCrashLoop } from '../../core/instance/crash-loop.js';
import { type Endpoint, endpointKey, isServing } from '../../core/endpoint/endpoint.js';
import type { World } from '../world.js';

/**
 * Keeps in the endpoint's FailureReason which of its variants are in a crash loop. `endpoint` is the record as it was
 * last read; if it already says so, nothing is written.
 */
export async function reportCrashLoop(
  { catalog, log }: Pick<World, 'catalog' | 'log'>,
  endpoint: Endpoint,
  variantName: string,
  failures: LaunchFailures | undefined,
): Promise<void> {
  const { failureReason } = endpoint;
  if (!isServing(endpoint) || withCrashLoop(failureReason, variantName, failures) === failureReason) return;
  const updated = await catalog.endpoints.update(endpointKey(endpoint.name), (current) => {
    const told = withCrashLoop(current.failureReason, variantName, failures);
    return isServing(current) && told !== current.failureReason ? { ...current, failureReason: told } : current;
  });
  const fields = { endpoint: endpoint.name, variant: variantName, failureReason: updated?.failureReason };
  if (isCrashLooping(failures)) log.warn('A variant is in a crash loop; each further launch waits longer', fields);
  else log.info('A variant has come out of its crash loop', fields);
}
