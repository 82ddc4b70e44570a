import { type ObjectLocation, isObjectLocation, parseObjectLocation } from '../object-location.js';
import type { KeptMembers } from '../tags.js';

/** The files of one container: those of its model or models, and those beside them. */
export interface ModelData {
  /** A `tar.gz` by `s3://` address, unpacked into the model directory before the container starts. */
  readonly modelDataUrl?: string;
  /** The same, said in full; at most one of the two is there. */
  readonly modelDataSource?: ModelDataSource;
  readonly additionalModelData?: readonly AdditionalModelData[];
  /** `MultiModel` hosts many models in one container; absent means one. */
  readonly mode?: 'SingleModel' | 'MultiModel';
}

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

/** The one source of what goes into the model directory, however it was said; absent where an image has its model in it. */
export function modelSourceOf({ modelDataUrl, modelDataSource }: ModelData): ModelDataSource | undefined {
  if (modelDataUrl === undefined) return modelDataSource;
  return { uri: modelDataUrl, dataType: 'S3Object', compression: 'Gzip' };
}

/** Whether the container's files are made of this object, as one of them or as the list of them. */
export function isMadeOf(container: ModelData, object: ObjectLocation): boolean {
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
