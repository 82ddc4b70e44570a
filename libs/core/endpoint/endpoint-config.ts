import type { VpcConfig } from '../model/model.js';
import type { KeptMembers, Tags } from '../tags.js';
import type { ProductionVariant } from './variant.js';

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

/** Endpoint configs keep the case of their names but are unique without it: this is their key in the catalog. */
export function endpointConfigKey(name: string): string {
  return name.toLowerCase();
}

/** How many invocations an instance that is deployed with this config runs at once. */
export function slotsPerInstance(asyncInference: AsyncInferenceConfig | undefined): number {
  return asyncInference?.maxConcurrentInvocationsPerInstance ?? DEFAULT_CONCURRENT_INVOCATIONS_PER_INSTANCE;
}
