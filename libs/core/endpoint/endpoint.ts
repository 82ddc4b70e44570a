import type { Deployment, DeploymentConfig } from './deployment.js';
import type { Gated } from './endpoint-gates.js';
import { type EndpointStatus, allows } from './endpoint-status.js';
import type { KeptMembers, Tags } from '../tags.js';
import type { AsyncInferenceConfig } from './endpoint-config.js';
import type { DeployedVariant } from './variant.js';

/**
 * A deployed endpoint. It holds copies of its config and models, because SageMaker lets users delete them while the
 * endpoint goes on serving (the SageMaker Python SDK deletes the config first).
 */
export interface Endpoint extends Gated {
  readonly name: string;
  readonly configName: string;
  readonly status: EndpointStatus;
  readonly failureReason?: string;
  readonly variants: readonly DeployedVariant[];
  readonly asyncInference?: AsyncInferenceConfig;
  /** Present while the endpoint is being updated. */
  readonly deployment?: Deployment;
  /** The instance counts before others were set by hand, by variant name; present until the new counts are reached. */
  readonly countsBefore?: Readonly<Record<string, number>>;
  readonly lastDeploymentConfig?: DeploymentConfig;
  /** The kept members of its config. */
  readonly kept?: KeptMembers;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly tags: Tags;
}

/** Returns an endpoint's key in the catalog. Names keep their case but are unique without it. */
export function endpointKey(name: string): string {
  return name.toLowerCase();
}

/**
 * Returns whether the endpoint takes invocations now: it does while it is updated, but not while it is created or
 * deleted.
 */
export function isServing({ status }: Pick<Endpoint, 'status'>): boolean {
  return allows(status, 'invoke');
}
