import { messageOf } from '../../../../libs/core/errors.js';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Catalog } from '../../../../libs/core/ports/catalog.js';
import { Clock } from '../../../../libs/core/ports/clock.js';
import { Objects } from '../../../../libs/core/ports/objects.js';
import { checkMayWrite } from '../../../../libs/engine/model/check-may-write.js';
import { Log } from '../../../../libs/engine/log.js';
import type { AwsCall } from '../../../../libs/wire/aws/aws-request.js';
import { addressOf } from '../../../../libs/wire/s3/address.js';
import { isSetting, type SettingOperation } from '../../../../libs/wire/s3/documents/bucket-documents.js';
import { toS3Error } from '../../../../libs/wire/s3/errors.js';
import { operationOf, type S3Operation } from '../../../../libs/wire/s3/operation.js';
import { checkExpiry } from '../../../../libs/wire/s3/signing/presigned.js';
import { refuseUnsupportedHeaders } from '../../../../libs/wire/s3/write-headers.js';
import type { AdmittedCall } from '../admitted-call.js';
import type { Surface } from '../surface.js';
import * as buckets from './bucket-operations.js';
import * as copies from './copy-operations.js';
import * as multipart from './multipart-operations.js';
import * as reads from './read-operations.js';
import type { S3Handler, S3Request } from './s3-exchange.js';
import { sendError, sendReply } from './send-reply.js';
import * as writes from './write-operations.js';

const HANDLERS: Readonly<Record<Exclude<S3Operation, SettingOperation>, S3Handler>> = {
  ListBuckets: buckets.listBuckets,
  CreateBucket: buckets.createBucket,
  HeadBucket: buckets.headBucket,
  DeleteBucket: buckets.deleteBucket,
  GetBucketLocation: buckets.getBucketLocation,
  ListObjects: buckets.listObjects,
  ListObjectsV2: buckets.listObjectsV2,
  GetObject: reads.getObject,
  HeadObject: reads.headObject,
  PutObject: writes.putObject,
  DeleteObject: writes.deleteObject,
  DeleteObjects: writes.deleteObjects,
  CopyObject: copies.copyObject,
  UploadPartCopy: copies.uploadPartCopy,
  CreateMultipartUpload: multipart.createMultipartUpload,
  UploadPart: multipart.uploadPart,
  CompleteMultipartUpload: multipart.completeMultipartUpload,
  AbortMultipartUpload: multipart.abortMultipartUpload,
  ListParts: multipart.listParts,
  ListMultipartUploads: multipart.listMultipartUploads,
};

/** S3's REST protocol over the objects port, so that unmodified S3 code finds its buckets at Ebb's address. */
@Injectable()
export class S3Surface implements Surface {
  constructor(
    private readonly catalog: Catalog,
    private readonly objects: Objects,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse, call: AdmittedCall): Promise<void> {
    const ids = this.#identify(response, call.requestId);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      const asked = this.#read(request, call, gone.signal);
      await call.permit(asked.operation);
      if (isWriting(asked.operation)) await checkMayWrite(this.catalog, call.caller, asked.location, gone.signal);
      await sendReply(response, await handlerOf(asked.operation)(this.objects, asked));
    } catch (error) {
      const known = toS3Error(error);
      // After the client has gone, every operation fails. These failures are not logged.
      if (known.code === 'InternalError' && !gone.signal.aborted && !request.destroyed) {
        this.log.error('An S3 request failed', { requestId: ids.requestId, reason: messageOf(error) });
      }
      await sendError(request, response, known, ids);
    }
  }

  async refuse(request: IncomingMessage, response: ServerResponse, _call: AwsCall, error: unknown): Promise<void> {
    const ids = this.#identify(response, this.clock.uniqueId());
    const known = toS3Error(error);
    if (known.code === 'InternalError') {
      this.log.error('An S3 request failed', { requestId: ids.requestId, reason: messageOf(error) });
    }
    await sendError(request, response, known, ids);
  }

  #identify(response: ServerResponse, requestId: string): { readonly requestId: string; readonly hostId: string } {
    const ids = { requestId, hostId: this.clock.uniqueId() };
    response.setHeader('x-amz-request-id', ids.requestId);
    response.setHeader('x-amz-id-2', ids.hostId);
    return ids;
  }

  #read(message: IncomingMessage, call: AdmittedCall, signal: AbortSignal): S3Request {
    const { bucket, key, query } = addressOf(message.url ?? '/', message.headers.host);
    const hasCopySource = message.headers['x-amz-copy-source'] !== undefined;
    const operation = operationOf({ method: message.method ?? 'GET', bucket, key, query, hasCopySource });
    if (call.presigned) checkExpiry(query, this.clock.now());
    refuseUnsupportedHeaders(message.headers);
    const region = call.credential?.region ?? 'us-east-1';
    const location = { bucket: bucket ?? '', key: key ?? '' };
    return { operation, location, query, message, chunkWatch: call.chunkWatch, region, signal };
  }
}

function isWriting(operation: S3Operation): boolean {
  return /^(?:Put|Copy)Object$|^UploadPart|MultipartUpload$/.test(operation);
}

function handlerOf(operation: S3Operation): S3Handler {
  return isSetting(operation) ? buckets.settingHandler(operation) : HANDLERS[operation];
}
