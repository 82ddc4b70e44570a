import type { FoundInstance, LaunchSpec } from '../../../core/ports/instances.js';

/** The label with the id of the Ebb that owns a container. */
export const OWNER_LABEL = 'ebb.owner';

const INSTANCE = 'ebb.instance';
const ENDPOINT = 'ebb.endpoint';
const VARIANT = 'ebb.variant';
const DEPLOYMENT = 'ebb.deployment';
const LAUNCHED_AT = 'ebb.launched-at';

/** The labels of a container. */
export type ContainerLabels = Readonly<Record<string, string>>;

/** Returns the labels from which a later run of Ebb reads what a container was launched for. */
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

/** Reads the labels of a container; returns undefined if they are not Ebb's. */
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
