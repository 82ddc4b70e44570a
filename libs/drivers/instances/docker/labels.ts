import type { FoundInstance, LaunchSpec } from '../../../core/ports/instances.js';

/** Which Ebb a container belongs to. */
export const OWNER_LABEL = 'ebb.owner';

const INSTANCE = 'ebb.instance';
const ENDPOINT = 'ebb.endpoint';
const VARIANT = 'ebb.variant';
const DEPLOYMENT = 'ebb.deployment';
const LAUNCHED_AT = 'ebb.launched-at';

export type ContainerLabels = Readonly<Record<string, string>>;

/** By these a later run of Ebb knows what a container was launched as. */
export function labelsOf(spec: LaunchSpec, owner: string, now: number): ContainerLabels {
  return {
    [OWNER_LABEL]: owner,
    [INSTANCE]: spec.instanceId,
    [ENDPOINT]: spec.endpointName,
    [VARIANT]: spec.variantName,
    [DEPLOYMENT]: spec.deploymentId,
    [LAUNCHED_AT]: String(now),
  };
}

/** What the labels of a container of ours say; undefined where there are none. */
export function readLabels(
  labels: ContainerLabels,
): Required<Pick<FoundInstance, 'instanceId' | 'launchedAs'>> | undefined {
  const instanceId = labels[INSTANCE];
  if (instanceId === undefined) return undefined;
  const launchedAs = {
    endpointName: labels[ENDPOINT] ?? '',
    variantName: labels[VARIANT] ?? '',
    deploymentId: labels[DEPLOYMENT] ?? '',
    launchedAt: Number(labels[LAUNCHED_AT] ?? 0),
  };
  return { instanceId, launchedAs };
}
