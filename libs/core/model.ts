/** Key and value pairs that users attach to resources. */
export type Tags = Readonly<Record<string, string>>;

/** What to run: an image that the instance driver knows, the model's files and the environment. */
export interface ContainerDefinition {
  readonly image: string;
  /** A `tar.gz` by `s3://` address, unpacked into the model directory before the container starts. */
  readonly modelDataUrl?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly containerHostname?: string;
}

/** The network that a model asks for: kept and described back; where instances run is their driver's affair. */
export interface VpcConfig {
  readonly securityGroupIds: readonly string[];
  readonly subnets: readonly string[];
}

/** A named, immutable container definition (`CreateModel`). */
export interface Model {
  readonly name: string;
  readonly container: ContainerDefinition;
  readonly executionRoleArn?: string;
  readonly enableNetworkIsolation?: boolean;
  readonly vpcConfig?: VpcConfig;
  readonly createdAt: number;
  readonly tags: Tags;
}
