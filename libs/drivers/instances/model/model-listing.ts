import { createHash } from 'node:crypto';
import { isEbbError } from '../../../core/errors.js';
import type { ModelDataSource } from '../../../core/model/model-data.js';
import { formatObjectLocation, type ObjectLocation, parseObjectLocation } from '../../../core/object-location.js';
import type { ObjectHead, Objects } from '../../../core/ports/objects.js';
import { inParallel } from './in-parallel.js';
import { BadModelData } from './model-failure.js';
import { readManifest } from './model-manifest.js';
import { ModelPaths, shown } from './model-paths.js';

const MAX_PARALLEL_HEADS = 16;

/** An object of a model, as it was when it was listed. */
export interface ModelFile {
  readonly location: ObjectLocation;
  /** Its path below the model directory, as names. An archive itself is not put there. */
  readonly path: readonly string[];
  readonly sizeBytes: number;
  readonly etag: string;
}

/** The objects of a source at this moment. */
export interface ModelListing {
  readonly uri: string;
  readonly isArchive: boolean;
  readonly files: readonly ModelFile[];
  /** Equal for equal objects with equal content at equal paths. */
  readonly key: string;
}

/**
 * Looks up the objects of a source and checks them against its ETags. Raises `BadModelData`, and the errors of storage.
 */
export async function listModel(
  objects: Objects,
  source: ModelDataSource,
  maxEntries: number,
  signal: AbortSignal,
): Promise<ModelListing> {
  const { uri } = source;
  const isArchive = source.compression === 'Gzip';
  if (isArchive && (source.dataType === 'S3Prefix' || source.manifestUri !== undefined)) {
    throw new BadModelData('only a single object can be a tar.gz archive');
  }
  const files = await listFiles(objects, source, maxEntries, signal);
  if (!isArchive) checkPaths(files, maxEntries);
  const identity = files.map(({ location, path, etag, sizeBytes }) => [location, path, etag, sizeBytes]);
  const key = createHash('sha256')
    .update(JSON.stringify([isArchive, identity]))
    .digest('hex');
  return { uri, isArchive, files, key };
}

async function listFiles(
  objects: Objects,
  source: ModelDataSource,
  maxEntries: number,
  signal: AbortSignal,
): Promise<ModelFile[]> {
  if (source.manifestUri !== undefined) return listManifest(objects, source, maxEntries, signal);
  if (source.manifestEtag !== undefined) throw new BadModelData('it has the ETag of a manifest, but no manifest');
  if (source.dataType === 'S3Object') return [await findObject(objects, source, signal)];
  refuseEtag(source);
  return listPrefix(objects, source.uri, maxEntries, signal);
}

async function findObject(objects: Objects, { uri, etag }: ModelDataSource, signal: AbortSignal): Promise<ModelFile> {
  const location = locationOf(uri);
  const head = await objects.head(location, signal);
  checkEtag('it', etag, head.etag);
  return fileOf(location, location.key.slice(location.key.lastIndexOf('/') + 1), head);
}

async function listPrefix(
  objects: Objects,
  uri: string,
  maxEntries: number,
  signal: AbortSignal,
): Promise<ModelFile[]> {
  const { bucket, key: prefix } = prefixOf(uri);
  const files: ModelFile[] = [];
  for (let after: string | undefined, isLast = false; !isLast;) {
    const page = await objects.list(bucket, { prefix, ...(after !== undefined && { after }) }, signal);
    for (const object of page.objects) {
      files.push(fileOf({ bucket, key: object.key }, object.key.slice(prefix.length), object));
    }
    if (files.length > maxEntries) throw new BadModelData(`it has more than ${maxEntries} entries`);
    after = page.next;
    isLast = after === undefined;
  }
  if (files.length === 0) throw new BadModelData('there is no object under it');
  return files;
}

async function listManifest(
  objects: Objects,
  source: ModelDataSource,
  maxEntries: number,
  signal: AbortSignal,
): Promise<ModelFile[]> {
  refuseEtag(source);
  const manifest = await readManifest(objects, locationOf(source.manifestUri!), signal);
  checkEtag('its manifest', source.manifestEtag, manifest.etag);
  if (manifest.paths.length > maxEntries) throw new BadModelData(`it has more than ${maxEntries} entries`);
  const { bucket, key: prefix } = prefixOf(manifest.prefix);
  return inParallel(
    manifest.paths,
    MAX_PARALLEL_HEADS,
    async (path, limit) => {
      const location = { bucket, key: prefix + path };
      try {
        return fileOf(location, path, await objects.head(location, limit));
      } catch (cause) {
        if (!isEbbError(cause, 'ObjectNotFound', 'BucketNotFound', 'InvalidRequest')) throw cause;
        const missing = shown(formatObjectLocation(location));
        throw new BadModelData(`its manifest names ${missing}, which does not exist`, { cause });
      }
    },
    signal,
  );
}

/**
 * Refuses an ETag of a prefix, because an ETag belongs to one object. Ignoring it would pretend that it had been
 * checked.
 */
function refuseEtag({ etag }: ModelDataSource): void {
  if (etag !== undefined) throw new BadModelData('an ETag belongs to one object, and this is a prefix');
}

function checkEtag(what: string, expected: string | undefined, found: string): void {
  if (expected === undefined || unquoted(expected) === unquoted(found)) return;
  throw new BadModelData(`${what} has the ETag ${shown(found)}, but the model asks for ${shown(unquoted(expected))}`);
}

function unquoted(etag: string): string {
  return etag.replace(/^"(.*)"$/, '$1');
}

function fileOf(
  location: ObjectLocation,
  path: string,
  { sizeBytes, etag }: Pick<ObjectHead, 'sizeBytes' | 'etag'>,
): ModelFile {
  return { location, path: path.split('/'), sizeBytes, etag };
}

function checkPaths(files: readonly ModelFile[], maxEntries: number): void {
  const paths = new ModelPaths(maxEntries);
  for (const { path } of files) paths.addFile(path);
}

function locationOf(uri: string): ObjectLocation {
  try {
    return parseObjectLocation(uri);
  } catch (cause) {
    throw new BadModelData('that is not the address of an object in S3', { cause });
  }
}

/** Returns the bucket and the prefix of the keys. The prefix is empty if the model is the whole bucket. */
function prefixOf(uri: string): ObjectLocation {
  const whole = /^s3:\/\/([^/]+)\/$/.exec(uri);
  if (whole) return { bucket: whole[1]!, key: '' };
  const prefix = locationOf(uri);
  if (!prefix.key.endsWith('/')) throw new BadModelData('a prefix of model data must end with a slash');
  return prefix;
}
