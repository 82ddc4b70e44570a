import type { VpcConfig } from '../model/model.js';
import type { KeptMembers, Tags } from '../tags.js';
import type { ProductionVariant } from './variant.js';

/**
 * The settings of asynchronous invocations: where results go, and which topics are notified (`AsyncInferenceConfig`).
 */
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

/** The kinds of notification that an endpoint sends. */
export type NotificationKind = 'success' | 'error';

/** If the setting is absent, SageMaker chooses "an optimal value"; one at a time is safe for every container. */
export const DEFAULT_CONCURRENT_INVOCATIONS_PER_INSTANCE = 1;

/** An immutable recipe for an endpoint (`CreateEndpointConfig`). */
export interface EndpointConfig {
  readonly name: string;
  readonly variants: readonly ProductionVariant[];
  /** Makes the endpoint asynchronous; it then takes only asynchronous invocations. */
  readonly asyncInference?: AsyncInferenceConfig;
  readonly executionRoleArn?: string;
  readonly kmsKeyId?: string;
  readonly vpcConfig?: VpcConfig;
  readonly enableNetworkIsolation?: boolean;
  readonly kept?: KeptMembers;
  readonly createdAt: number;
  readonly tags: Tags;
}

/** Returns an endpoint config's key in the catalog. Names keep their case but are unique without it. */
export function endpointConfigKey(name: string): string {
  return name.toLowerCase();
}

/** Returns how many invocations an instance that is deployed with this config runs at once. */
export function slotsPerInstance(asyncInference: AsyncInferenceConfig | undefined): number {
  return asyncInference?.maxConcurrentInvocationsPerInstance ?? DEFAULT_CONCURRENT_INVOCATIONS_PER_INSTANCE;
}
