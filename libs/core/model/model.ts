import { type ObjectLocation, isObjectLocation, parseObjectLocation } from '../object-location.js';
import type { KeptMembers, Tags } from '../tags.js';

/** Where a model's files are (`S3DataSource`): one object, or all objects under a prefix or in a manifest. */
export interface ModelDataSource {
  /** `s3://` address of the object, or the prefix. */
  readonly uri: string;
  readonly dataType: 'S3Object' | 'S3Prefix';
  /** `Gzip` is a `tar.gz` to be unpacked; only one object can be one. */
  readonly compression: 'None' | 'Gzip';
  /** An object that lists a prefix and the keys under it that make up the model. */
  readonly manifestUri?: string;
  /** What the object, or the manifest, must still be. */
  readonly etag?: string;
  readonly manifestEtag?: string;
  readonly kept?: KeptMembers;
}

/** Files beside the model (`AdditionalModelDataSource`), in a directory named after their channel. */
export interface AdditionalModelData {
  readonly channelName: string;
  readonly source: ModelDataSource;
}

/** What to run: an image that the instance driver knows, the model's files and the environment. */
export interface ContainerDefinition {
  readonly image: string;
  /** A `tar.gz` by `s3://` address, unpacked into the model directory before the container starts. */
  readonly modelDataUrl?: string;
  /** The same, said in full; at most one of the two is there. */
  readonly modelDataSource?: ModelDataSource;
  readonly additionalModelData?: readonly AdditionalModelData[];
  readonly environment: Readonly<Record<string, string>>;
  readonly containerHostname?: string;
  /** `MultiModel` hosts many models in one container; absent means one. */
  readonly mode?: 'SingleModel' | 'MultiModel';
  readonly kept?: KeptMembers;
}

/** The one source of what goes into the model directory, however it was said; absent where an image has its model in it. */
export function modelSourceOf(container: ContainerDefinition): ModelDataSource | undefined {
  const { modelDataUrl, modelDataSource } = container;
  if (modelDataUrl === undefined) return modelDataSource;
  return { uri: modelDataUrl, dataType: 'S3Object', compression: 'Gzip' };
}

/** Whether the container's files are made of this object, as one of them or as the list of them. */
export function isMadeOf(container: ContainerDefinition, object: ObjectLocation): boolean {
  const additional = container.additionalModelData?.map(({ source }) => source) ?? [];
  const sources = [modelSourceOf(container), ...additional].filter((source) => source !== undefined);
  return sources.some(({ dataType, manifestUri, uri }) => {
    if (manifestUri !== undefined && isAt(object, manifestUri)) return true;
    // Of a container that hosts many models, each is an object under the address.
    return dataType === 'S3Prefix' || container.mode === 'MultiModel' ? isUnder(object, uri) : isAt(object, uri);
  });
}

function isAt({ bucket, key }: ObjectLocation, uri: string): boolean {
  if (!isObjectLocation(uri)) return false;
  const location = parseObjectLocation(uri);
  return location.bucket === bucket && location.key === key;
}

function isUnder({ bucket, key }: ObjectLocation, uri: string): boolean {
  if (!isObjectLocation(uri)) return isAt({ bucket, key: 'name' }, `${uri.replace(/\/+$/, '')}/name`);
  const prefix = parseObjectLocation(uri);
  return prefix.bucket === bucket && key.startsWith(prefix.key);
}

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
