import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EbbError } from '../../../core/errors.js';
import type { ObjectLocation } from '../../../core/object-location.js';
import type { Body, MultipartUpload, ObjectHead, PutOptions, UploadedPart } from '../../../core/ports/objects.js';
import { compareKeys } from '../key-order.js';
import { multipartEtag } from '../etag.js';
import { requirePartNumber, requirePartOrder } from '../upload-parts.js';
import { failedWith, renameFile, writeFailure } from './file-calls.js';
import { openObjectFile, type ObjectFile } from './object-file.js';
import { writeObjectFile } from './object-file-writer.js';
import type { StagingArea } from './staging-area.js';

const MANIFEST = 'upload.json';
const UPLOAD_ID = /^[0-9a-f]{32}$/;
const COPY_BYTES = 1024 * 1024;

interface Manifest extends Pick<PutOptions, 'contentType' | 'metadata'> {
  readonly key: string;
}

/**
 * Multipart uploads: one directory for each upload, with a manifest that names the key and one object file for each
 * part.
 */
export class MultipartUploads {
  constructor(
    private readonly directory: string,
    private readonly staging: StagingArea,
  ) {}

  async create({ bucket, key }: ObjectLocation, { contentType, metadata }: PutOptions): Promise<string> {
    const id = randomBytes(16).toString('hex');
    const manifest = { key, contentType, metadata };
    const staged = this.staging.newPath();
    try {
      await mkdir(staged);
      await writeFile(join(staged, MANIFEST), JSON.stringify(manifest), { flush: true });
      await mkdir(join(this.directory, bucket), { recursive: true });
      await rename(staged, this.#path(bucket, id));
    } catch (error) {
      await rm(staged, { recursive: true, force: true });
      throw writeFailure(error);
    }
    return id;
  }

  async putPart(
    location: ObjectLocation,
    id: string,
    number: number,
    body: Body,
    signal?: AbortSignal,
  ): Promise<UploadedPart> {
    requirePartNumber(number);
    await this.#manifest(location, id);
    const staged = this.staging.newPath();
    const { etag, sizeBytes, modifiedAt } = await writeObjectFile(staged, body, {}, signal);
    try {
      await renameFile(staged, this.#partPath(location, id, number));
    } catch (error) {
      await rm(staged, { force: true });
      throw failedWith(error, 'ENOENT') ? uploadNotFound(id, error) : writeFailure(error);
    }
    return { number, etag, sizeBytes, modifiedAt };
  }

  /** Writes the named parts as one object file at `path`. */
  async assemble(
    path: string,
    location: ObjectLocation,
    id: string,
    parts: readonly { readonly number: number; readonly etag: string }[],
    signal?: AbortSignal,
  ): Promise<ObjectHead> {
    const { contentType, metadata } = await this.#manifest(location, id);
    requirePartOrder(parts);
    // All parts are checked before the first byte is copied, so that a mistake shows at once and not after five
    // gigabytes.
    for (const part of parts) (await this.#openPart(location, id, part)).close();
    const properties = {
      etag: multipartEtag(parts.map((part) => part.etag)),
      ...(contentType !== undefined && { contentType }),
      ...(metadata && { metadata }),
    };
    return writeObjectFile(path, this.#contentOf(location, id, parts), properties, signal);
  }

  /** Raises `UploadNotFound` if the upload does not exist. */
  async require(location: ObjectLocation, id: string): Promise<void> {
    await this.#manifest(location, id);
  }

  /** Removes an upload at once, even while a part is being written; harmless if it is gone already. */
  async remove(bucket: string, id: string): Promise<void> {
    await this.#removeDirectory(this.#path(bucket, id));
  }

  async removeAll(bucket: string): Promise<void> {
    await this.#removeDirectory(join(this.directory, bucket));
  }

  async listParts(location: ObjectLocation, id: string): Promise<UploadedPart[]> {
    await this.#manifest(location, id);
    const names = await readdir(this.#path(location.bucket, id));
    const parts: UploadedPart[] = [];
    for (const name of names.filter((candidate) => candidate !== MANIFEST).sort()) {
      const file = await openObjectFile(join(this.#path(location.bucket, id), name));
      if (!file) continue;
      const { etag, sizeBytes, modifiedAt } = file.head;
      file.close();
      parts.push({ number: Number(name), etag, sizeBytes, modifiedAt });
    }
    return parts;
  }

  async list(bucket: string): Promise<MultipartUpload[]> {
    const uploads: MultipartUpload[] = [];
    for (const id of await namesIn(join(this.directory, bucket))) {
      const manifest = await this.#read(bucket, id);
      if (manifest) uploads.push({ id, key: manifest.key, initiatedAt: manifest.initiatedAt });
    }
    return uploads.sort((a, b) => compareKeys(a.key, b.key) || a.initiatedAt - b.initiatedAt);
  }

  async *#contentOf(
    location: ObjectLocation,
    id: string,
    parts: readonly { readonly number: number; readonly etag: string }[],
  ): AsyncGenerator<Uint8Array> {
    for (const part of parts) {
      const file = await this.#openPart(location, id, part);
      try {
        for (let at = 0; at < file.head.sizeBytes; at += COPY_BYTES) {
          yield await file.read(at, Math.min(COPY_BYTES, file.head.sizeBytes - at));
        }
      } finally {
        file.close();
      }
    }
  }

  async #openPart(location: ObjectLocation, id: string, part: { number: number; etag: string }): Promise<ObjectFile> {
    const file = await openObjectFile(this.#partPath(location, id, part.number));
    if (file?.head.etag === part.etag) return file;
    file?.close();
    throw new EbbError('InvalidPart', `Part ${part.number} was not uploaded, or its etag is not ${part.etag}.`);
  }

  async #manifest({ bucket, key }: ObjectLocation, id: string): Promise<Manifest> {
    const manifest = UPLOAD_ID.test(id) ? await this.#read(bucket, id) : undefined;
    if (manifest?.key !== key) throw uploadNotFound(id);
    return manifest;
  }

  async #read(bucket: string, id: string): Promise<(Manifest & { initiatedAt: number }) | undefined> {
    const path = join(this.#path(bucket, id), MANIFEST);
    try {
      const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
      return { ...manifest, initiatedAt: Math.floor((await stat(path)).mtimeMs) };
    } catch (error) {
      if (failedWith(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** Removes a directory, after a rename: a directory that others still write to may not become empty. */
  async #removeDirectory(directory: string): Promise<void> {
    const removed = this.staging.newPath();
    try {
      await rename(directory, removed);
    } catch (error) {
      if (failedWith(error, 'ENOENT')) return;
      throw error;
    }
    await rm(removed, { recursive: true, force: true });
  }

  #path(bucket: string, id: string): string {
    return join(this.directory, bucket, id);
  }

  /** Returns the path of a part, padded so that names sort as numbers. */
  #partPath({ bucket }: ObjectLocation, id: string, number: number): string {
    return join(this.#path(bucket, id), String(number).padStart(5, '0'));
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return [];
    throw error;
  }
}

function uploadNotFound(id: string, cause?: unknown): EbbError {
  return new EbbError('UploadNotFound', `The upload '${id}' does not exist: it may have been aborted or completed.`, {
    cause,
  });
}
