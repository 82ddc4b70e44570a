import type { Tags } from '../tags.js';
import type { ContainerDefinition } from './container.js';

/** The network that a model asks for: kept and described back; where instances run is their driver's affair. */
export interface VpcConfig {
  readonly securityGroupIds: readonly string[];
  readonly subnets: readonly string[];
}

/** A named, immutable container definition (`CreateModel`). */
export interface Model {
  readonly name: string;
  /** The primary one: the only one, or the first of a pipeline. */
  readonly container: ContainerDefinition;
  /** All of them, where the model was made of `Containers`; one of several cannot be deployed yet. */
  readonly containers?: readonly ContainerDefinition[];
  readonly executionMode?: 'Serial' | 'Direct';
  readonly executionRoleArn?: string;
  readonly enableNetworkIsolation?: boolean;
  readonly vpcConfig?: VpcConfig;
  readonly createdAt: number;
  readonly tags: Tags;
}

/** Models keep the case of their names but are unique without it, as their ARNs are: this is their key in the catalog. */
export function modelKey(name: string): string {
  return name.toLowerCase();
}
