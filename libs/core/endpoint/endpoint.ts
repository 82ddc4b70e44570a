import type { Deployment, DeploymentConfig } from './deployment.js';
import type { Gated } from './endpoint-gates.js';
import { type EndpointStatus, allows } from './endpoint-status.js';
import type { KeptMembers, Tags } from '../tags.js';
import type { AsyncInferenceConfig } from './endpoint-config.js';
import type { DeployedVariant } from './variant.js';

/**
 * A deployed endpoint. It holds copies of its config and models, because SageMaker lets users delete those while the
 * endpoint goes on serving (the SageMaker Python SDK deletes the config first).
 */
export interface Endpoint extends Gated {
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
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly tags: Tags;
}

/** Endpoint names keep their case but are unique without it: this is their key in the catalog. */
export function endpointKey(name: string): string {
  return name.toLowerCase();
}

/** Whether the endpoint takes invocations now: while it is changed it does, while it is made or unmade it does not. */
export function isServing({ status }: Pick<Endpoint, 'status'>): boolean {
  return allows(status, 'invoke');
}
