import type { ContainerDefinition } from '../model/container.js';
import type { KeptMembers } from '../tags.js';

/** Bounds that a variant brings along itself, without Application Auto Scaling. */
export interface ManagedInstanceScaling {
  readonly enabled: boolean;
  readonly minInstanceCount?: number;
  readonly maxInstanceCount?: number;
}

/** One model of an endpoint config with its share of traffic and its capacity. */
export interface ProductionVariant {
  readonly name: string;
  readonly modelName: string;
  readonly initialInstanceCount: number;
  readonly initialVariantWeight: number;
  readonly instanceType?: string;
  readonly volumeSizeGb?: number;
  readonly managedInstanceScaling?: ManagedInstanceScaling;
  readonly modelDataDownloadTimeoutSeconds?: number;
  readonly containerStartupHealthCheckTimeoutSeconds?: number;
  /** `LEAST_OUTSTANDING_REQUESTS` spreads work over the instances; otherwise they are filled one after the other. */
  readonly routingStrategy?: string;
  readonly inferenceAmiVersion?: string;
  readonly kept?: KeptMembers;
}

/** A variant as deployed: the recipe and the model's container, copied so that deleting either changes nothing here. */
export interface DeployedVariant extends ProductionVariant {
  /** The deployment that made it: tells its instances from those of a variant of the same name before or after it. */
  readonly deploymentId: string;
  readonly container: ContainerDefinition;
  /** How many invocations one instance of it runs at once. */
  readonly slots: number;
  /** The model, or the config, asks that its containers talk to nobody. */
  readonly isNetworkIsolated?: boolean;
  /** Its share of the leases is this over the sum of all variants'. */
  readonly desiredWeight: number;
  /** What the autoscaler, or whoever called last, wants. */
  readonly desiredInstanceCount: number;
  /** Until it has been carried out, or was given too long ago. */
  readonly wakeOrder?: WakeOrder;
}

/** An operator's order to have so many instances now, whatever the backlog is and the policies say. */
export interface WakeOrder {
  readonly instances: number;
  readonly by: string;
  readonly at: number;
}

/** Names a variant among those of all endpoints; what belongs to it in the catalog has this key. */
export function variantKey(endpointName: string, variantName: string): string {
  return `${variantKeyPrefix(endpointName)}${variantName}`;
}

/** The key of every variant of an endpoint begins with this. */
export function variantKeyPrefix(endpointName: string): string {
  return `endpoint/${endpointName}/variant/`;
}

/** Tells a variant from those of its name in other deployments of the endpoint. */
export function deployedVariantKey(
  endpointName: string,
  { name, deploymentId }: Pick<DeployedVariant, 'name' | 'deploymentId'>,
): string {
  return `${variantKey(endpointName, name)}/${deploymentId}`;
}

/** How long a container of a variant may take to its first healthy ping. */
export function startupTimeoutMs({ containerStartupHealthCheckTimeoutSeconds }: ProductionVariant): number {
  return (containerStartupHealthCheckTimeoutSeconds ?? DEFAULT_STARTUP_TIMEOUT_SECONDS) * 1000;
}

/** The default is SageMaker's own: 8 minutes to the first healthy ping. */
export const DEFAULT_STARTUP_TIMEOUT_SECONDS = 480;
export const DEFAULT_DOWNLOAD_TIMEOUT_SECONDS = 3600;
