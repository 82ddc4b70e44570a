import type { ObjectLocation } from '../../../core/object-location.js';
import type { Objects } from '../../../core/ports/objects.js';
import { BadModelData } from './model-failure.js';

/** The largest manifest: room for more than a hundred thousand keys of ordinary length. */
const MAX_MANIFEST_BYTES = 16 * 1024 ** 2;

/** The list of objects that make up a model: the named objects under a prefix. */
export interface Manifest {
  /** The `s3://` address to which the paths are appended. */
  readonly prefix: string;
  readonly paths: readonly string[];
  /** The ETag of the manifest itself. */
  readonly etag: string;
}

/**
 * Reads a manifest, `[{"prefix": "s3://bucket/some/prefix/"}, "relative/path-1", …]`. Raises `BadModelData`, and the
 * errors of storage.
 */
export async function readManifest(objects: Objects, location: ObjectLocation, signal: AbortSignal): Promise<Manifest> {
  const { body, etag, sizeBytes } = await objects.get(location, undefined, signal);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body instanceof Uint8Array ? [body] : body) {
    bytes += chunk.length;
    if (Math.max(bytes, sizeBytes) > MAX_MANIFEST_BYTES) {
      throw new BadModelData(`its manifest is larger than ${MAX_MANIFEST_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return { ...parseManifest(Buffer.concat(chunks).toString()), etag };
}

function parseManifest(text: string): Omit<Manifest, 'etag'> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (cause) {
    throw new BadModelData('its manifest is not JSON', { cause });
  }
  const [head, ...paths] = Array.isArray(manifest) ? (manifest as unknown[]) : [];
  const prefix = (head as { prefix?: unknown } | null | undefined)?.prefix;
  if (typeof prefix !== 'string' || paths.length === 0 || !paths.every((path) => typeof path === 'string')) {
    throw new BadModelData('its manifest is not of the form [{"prefix": "s3://bucket/prefix/"}, "path", …]');
  }
  return { prefix, paths };
}
