import { type ObjectLocation, isObjectLocation, parseObjectLocation } from '../object-location.js';
import type { KeptMembers } from '../tags.js';

/** The files of one container: its model or models, and additional files. */
export interface ModelData {
  /** The `s3://` address of a `tar.gz` that is unpacked into the model directory before the container starts. */
  readonly modelDataUrl?: string;
  /** The model's files in the long form. At most one of `modelDataUrl` and `modelDataSource` is present. */
  readonly modelDataSource?: ModelDataSource;
  readonly additionalModelData?: readonly AdditionalModelData[];
  /** `MultiModel` hosts many models in one container; absent means one. */
  readonly mode?: 'SingleModel' | 'MultiModel';
}

/** The source of a model's files (`S3DataSource`): one object, all objects under a prefix, or those in a manifest. */
export interface ModelDataSource {
  /** The `s3://` address of the object, or the prefix. */
  readonly uri: string;
  readonly dataType: 'S3Object' | 'S3Prefix';
  /** `Gzip` is a `tar.gz` to be unpacked; only a single object can be one. */
  readonly compression: 'None' | 'Gzip';
  /** The address of a manifest, an object that lists a prefix and the keys under it that make up the model. */
  readonly manifestUri?: string;
  /** The ETag that the object, or the manifest, must still have. */
  readonly etag?: string;
  readonly manifestEtag?: string;
  readonly kept?: KeptMembers;
}

/** Files beside the model (`AdditionalModelDataSource`), in a directory named after their channel. */
export interface AdditionalModelData {
  readonly channelName: string;
  readonly source: ModelDataSource;
}

/**
 * Returns the source of the model directory's files, whichever form names it; absent if the image contains its model.
 */
export function modelSourceOf({ modelDataUrl, modelDataSource }: ModelData): ModelDataSource | undefined {
  if (modelDataUrl === undefined) return modelDataSource;
  return { uri: modelDataUrl, dataType: 'S3Object', compression: 'Gzip' };
}

/** Returns whether the container's files come from this object, as one of the files or as their manifest. */
export function isMadeOf(container: ModelData, object: ObjectLocation): boolean {
  const additional = container.additionalModelData?.map(({ source }) => source) ?? [];
  const sources = [modelSourceOf(container), ...additional].filter((source) => source !== undefined);
  return sources.some(({ dataType, manifestUri, uri }) => {
    if (manifestUri !== undefined && isAt(object, manifestUri)) return true;
    // In a container that hosts many models, each model is an object under the address.
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
