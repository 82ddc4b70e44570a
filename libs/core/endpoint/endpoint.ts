import type { Deployment, DeploymentConfig } from './deployment.js';
import type { Gate, GateChange, GateState } from './endpoint-gates.js';
import { allows } from './endpoint-status.js';
import type { ContainerDefinition, KeptMembers, Tags, VpcConfig } from '../model/model.js';

/** Where the results of asynchronous invocations go, and who is told (`AsyncInferenceConfig`). */
export interface AsyncInferenceConfig {
  /** `s3://bucket/prefix` for outputs; absent means the default bucket. */
  readonly outputPath?: string;
  /** `s3://bucket/prefix` for failure objects; absent means that failures leave no object. */
  readonly failurePath?: string;
  readonly kmsKeyId?: string;
  readonly successTopic?: string;
  readonly errorTopic?: string;
  readonly includeResponseIn: readonly NotificationKind[];
  /** How many invocations one instance runs at once, 1 to 1,000. */
  readonly maxConcurrentInvocationsPerInstance?: number;
}

export type NotificationKind = 'success' | 'error';

/** SageMaker leaves the absent value to "an optimal value" of its own; one at a time is safe for every container. */
export const DEFAULT_CONCURRENT_INVOCATIONS_PER_INSTANCE = 1;

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

/** An immutable recipe for an endpoint (`CreateEndpointConfig`). */
export interface EndpointConfig {
  readonly name: string;
  readonly variants: readonly ProductionVariant[];
  /** Present makes the endpoint asynchronous, and only that. */
  readonly asyncInference?: AsyncInferenceConfig;
  readonly executionRoleArn?: string;
  readonly kmsKeyId?: string;
  readonly vpcConfig?: VpcConfig;
  readonly enableNetworkIsolation?: boolean;
  readonly kept?: KeptMembers;
  readonly createdAt: number;
  readonly tags: Tags;
}

export type EndpointStatus =
  | 'Creating'
  | 'InService'
  | 'Updating'
  | 'SystemUpdating'
  | 'RollingBack'
  | 'Deleting'
  | 'Failed'
  | 'OutOfService'
  | 'UpdateRollbackFailed';

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

/**
 * A deployed endpoint. It holds copies of its config and models, because SageMaker lets users delete those while the
 * endpoint goes on serving (the SageMaker Python SDK deletes the config first).
 */
export interface Endpoint {
  readonly name: string;
  readonly configName: string;
  readonly status: EndpointStatus;
  readonly failureReason?: string;
  readonly variants: readonly DeployedVariant[];
  readonly asyncInference?: AsyncInferenceConfig;
  /** While it is being updated. */
  readonly deployment?: Deployment;
  /** While instance counts that were set by hand are being reached: what they were before, by variant name. */
  readonly countsBefore?: Readonly<Record<string, number>>;
  readonly lastDeploymentConfig?: DeploymentConfig;
  /** Of its config. */
  readonly kept?: KeptMembers;
  /** Whether it takes new invocations; absent means open. */
  readonly intake?: GateState;
  /** Whether what waits gets to run; absent means open. What runs goes on. */
  readonly dispatch?: GateState;
  readonly gateChanges?: Readonly<Partial<Record<Gate, GateChange>>>;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly tags: Tags;
}

/** Endpoint configs keep the case of their names but are unique without it: this is their key in the catalog. */
export function endpointConfigKey(name: string): string {
  return name.toLowerCase();
}

/** Endpoint names keep their case but are unique without it: this is their key in the catalog. */
export function endpointKey(name: string): string {
  return name.toLowerCase();
}

/** Whether the endpoint takes invocations now: while it is changed it does, while it is made or unmade it does not. */
export function isServing({ status }: Pick<Endpoint, 'status'>): boolean {
  return allows(status, 'invoke');
}

/** How many invocations an instance that is deployed with this config runs at once. */
export function slotsPerInstance(asyncInference: AsyncInferenceConfig | undefined): number {
  return asyncInference?.maxConcurrentInvocationsPerInstance ?? DEFAULT_CONCURRENT_INVOCATIONS_PER_INSTANCE;
}

/** How long a container of a variant may take to its first healthy ping. */
export function startupTimeoutMs({ containerStartupHealthCheckTimeoutSeconds }: ProductionVariant): number {
  return (containerStartupHealthCheckTimeoutSeconds ?? DEFAULT_STARTUP_TIMEOUT_SECONDS) * 1000;
}

/** The default is SageMaker's own: 8 minutes to the first healthy ping. */
export const DEFAULT_STARTUP_TIMEOUT_SECONDS = 480;
export const DEFAULT_DOWNLOAD_TIMEOUT_SECONDS = 3600;
