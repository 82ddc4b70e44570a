import type { Tags } from '../tags.js';
import type { ContainerDefinition } from './container.js';

/** The network that a model asks for. Ebb keeps and describes it; the instance driver decides where instances run. */
export interface VpcConfig {
  readonly securityGroupIds: readonly string[];
  readonly subnets: readonly string[];
}

/** A named, immutable container definition (`CreateModel`). */
export interface Model {
  readonly name: string;
  /** The primary container: the only one, or the first of a pipeline. */
  readonly container: ContainerDefinition;
  /**
   * All containers, if the model was created from `Containers`. A model of several containers cannot be deployed yet.
   */
  readonly containers?: readonly ContainerDefinition[];
  readonly executionMode?: 'Serial' | 'Direct';
  readonly executionRoleArn?: string;
  readonly enableNetworkIsolation?: boolean;
  readonly vpcConfig?: VpcConfig;
  readonly createdAt: number;
  readonly tags: Tags;
}

/** Returns a model's key in the catalog. Names keep their case but are unique without it, as their ARNs are. */
export function modelKey(name: string): string {
  return name.toLowerCase();
}
