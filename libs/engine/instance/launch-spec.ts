import { DEFAULT_DOWNLOAD_TIMEOUT_SECONDS, type DeployedVariant } from '../../core/endpoint/variant.js';
import type { LaunchSpec } from '../../core/ports/instances.js';

/** Builds the specification that launches one instance of a variant. */
export function launchSpec(endpointName: string, variant: DeployedVariant, instanceId: string): LaunchSpec {
  return {
    instanceId,
    endpointName,
    variantName: variant.name,
    deploymentId: variant.deploymentId,
    container: variant.container,
    instanceType: variant.instanceType,
    isNetworkIsolated: variant.isNetworkIsolated,
    downloadTimeoutMs: (variant.modelDataDownloadTimeoutSeconds ?? DEFAULT_DOWNLOAD_TIMEOUT_SECONDS) * 1000,
  };
}
