import type { ContainerDefinition } from '../model/container.js';
import type { KeptMembers } from '../tags.js';

/** Capacity bounds in a variant's own config, without Application Auto Scaling. */
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
  /** The id of its deployment, which tells its instances from those of an earlier or later variant of the same name. */
  readonly deploymentId: string;
  readonly container: ContainerDefinition;
  /** How many invocations one of its instances runs at once. */
  readonly slots: number;
  /** Whether the model or the config asks for containers without network access. */
  readonly isNetworkIsolated?: boolean;
  /** The variant's share of the leases is this weight over the sum of all variants' weights. */
  readonly desiredWeight: number;
  /** The instance count that the autoscaler, or the last caller that set it, wants. */
  readonly desiredInstanceCount: number;
  /** Present until the order is carried out or too old. */
  readonly wakeOrder?: WakeOrder;
}

/** An operator's order to have this many instances now, whatever the backlog is and the policies say. */
export interface WakeOrder {
  readonly instances: number;
  readonly by: string;
  readonly at: number;
}

/** Returns the key of a variant among those of all endpoints, under which the catalog keeps its records. */
export function variantKey(endpointName: string, variantName: string): string {
  return `${variantKeyPrefix(endpointName)}${variantName}`;
}

/** Returns the beginning of the key of every variant of an endpoint. */
export function variantKeyPrefix(endpointName: string): string {
  return `endpoint/${endpointName}/variant/`;
}

/** Returns a key that tells a variant from variants of its name in other deployments of the endpoint. */
export function deployedVariantKey(
  endpointName: string,
  { name, deploymentId }: Pick<DeployedVariant, 'name' | 'deploymentId'>,
): string {
  return `${variantKey(endpointName, name)}/${deploymentId}`;
}

/** Returns how long a container of a variant may take until its first healthy ping. */
export function startupTimeoutMs({ containerStartupHealthCheckTimeoutSeconds }: ProductionVariant): number {
  return (containerStartupHealthCheckTimeoutSeconds ?? DEFAULT_STARTUP_TIMEOUT_SECONDS) * 1000;
}

/** SageMaker's own default: 8 minutes until the first healthy ping. */
export const DEFAULT_STARTUP_TIMEOUT_SECONDS = 480;
export const DEFAULT_DOWNLOAD_TIMEOUT_SECONDS = 3600;
