import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { EbbError } from '../../../core/errors.js';
import type { ObjectLocation } from '../../../core/object-location.js';
import type { MultipartUpload, PutOptions, UploadedPart } from '../../../core/ports/objects.js';
import { compareKeys } from '../key-order.js';
import { answer } from './s3-errors.js';
import { keyReader, target, unquoted } from './s3-shapes.js';

/** S3's multipart uploads, as `S3Objects` offers them and as staging uses them for large bodies. */
export class S3Uploads {
  constructor(private readonly client: S3Client) {}

  async create(
    location: ObjectLocation,
    { contentType: ContentType, metadata: Metadata }: PutOptions,
    signal?: AbortSignal,
  ): Promise<string> {
    const command = new CreateMultipartUploadCommand({ ...target(location), ContentType, Metadata });
    const { UploadId } = await answer(this.client.send(command, { abortSignal: signal }), signal);
    if (UploadId === undefined) throw new EbbError('Unavailable', 'Object storage gave no id for the upload.');
    return UploadId;
  }

  /** Sends a part and returns its etag. */
  async putPart(
    location: ObjectLocation,
    id: string,
    number: number,
    content: Uint8Array,
    signal?: AbortSignal,
  ): Promise<string> {
    const command = new UploadPartCommand({
      ...target(location),
      UploadId: id,
      PartNumber: number,
      Body: content,
      ContentLength: content.length,
    });
    const { ETag } = await answer(this.client.send(command, { abortSignal: signal }), signal);
    return unquoted(ETag);
  }

  /** Completes the upload and returns the object's etag. */
  async complete(
    location: ObjectLocation,
    id: string,
    parts: readonly { readonly number: number; readonly etag: string }[],
    ifAbsent = false,
    signal?: AbortSignal,
  ): Promise<string> {
    const command = new CompleteMultipartUploadCommand({
      ...target(location),
      UploadId: id,
      MultipartUpload: { Parts: parts.map(({ number, etag }) => ({ PartNumber: number, ETag: `"${etag}"` })) },
      IfNoneMatch: ifAbsent ? '*' : undefined,
    });
    const { ETag } = await answer(this.client.send(command, { abortSignal: signal }), signal);
    return unquoted(ETag);
  }

  async abort(location: ObjectLocation, id: string, signal?: AbortSignal): Promise<void> {
    const command = new AbortMultipartUploadCommand({ ...target(location), UploadId: id });
    await answer(this.client.send(command, { abortSignal: signal }), signal);
  }

  /** Lists all parts of an upload, page by page. */
  async listParts(location: ObjectLocation, id: string, signal?: AbortSignal): Promise<UploadedPart[]> {
    const parts: UploadedPart[] = [];
    let after: { PartNumberMarker?: string | undefined } | undefined = {};
    while (after) {
      const command: ListPartsCommand = new ListPartsCommand({ ...target(location), UploadId: id, ...after });
      const page = await answer(this.client.send(command, { abortSignal: signal }), signal);
      for (const { PartNumber = 0, ETag, Size = 0, LastModified } of page.Parts ?? []) {
        const modifiedAt = LastModified?.getTime() ?? 0;
        parts.push({ number: PartNumber, etag: unquoted(ETag), sizeBytes: Size, modifiedAt });
      }
      // The SDK's own paginator follows the marker, which some servers send with the last page too.
      after = page.IsTruncated ? { PartNumberMarker: page.NextPartNumberMarker } : undefined;
    }
    return parts;
  }

  /** Lists all uploads of a bucket, page by page. */
  async list(bucket: string, signal?: AbortSignal): Promise<MultipartUpload[]> {
    const uploads: MultipartUpload[] = [];
    let after: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | undefined = {};
    while (after) {
      const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({
        Bucket: bucket,
        EncodingType: 'url',
        ...after,
      });
      const page = await answer(this.client.send(command, { abortSignal: signal }), signal);
      const readKey = keyReader(page.EncodingType);
      for (const { UploadId = '', Key = '', Initiated } of page.Uploads ?? []) {
        uploads.push({ id: UploadId, key: readKey(Key), initiatedAt: Initiated?.getTime() ?? 0 });
      }
      after = page.IsTruncated
        ? { KeyMarker: readKey(page.NextKeyMarker ?? ''), UploadIdMarker: page.NextUploadIdMarker }
        : undefined;
    }
    return uploads.sort((a, b) => compareKeys(a.key, b.key) || a.initiatedAt - b.initiatedAt);
  }
}
