import { notImplemented, S3Error } from './errors.js';

/** The operations by `Method level sub-resources`. Sub-resources are sorted and joined by `+`. */
const OPERATIONS = {
  'GET service': 'ListBuckets',

  'PUT bucket': 'CreateBucket',
  'HEAD bucket': 'HeadBucket',
  'DELETE bucket': 'DeleteBucket',
  'GET bucket': 'ListObjects',
  'GET bucket list-type': 'ListObjectsV2',
  'GET bucket uploads': 'ListMultipartUploads',
  'POST bucket delete': 'DeleteObjects',
  'GET bucket location': 'GetBucketLocation',
  'GET bucket accelerate': 'GetBucketAccelerateConfiguration',
  'GET bucket acl': 'GetBucketAcl',
  'GET bucket cors': 'GetBucketCors',
  'GET bucket encryption': 'GetBucketEncryption',
  'GET bucket lifecycle': 'GetBucketLifecycleConfiguration',
  'GET bucket logging': 'GetBucketLogging',
  'GET bucket notification': 'GetBucketNotificationConfiguration',
  'GET bucket object-lock': 'GetObjectLockConfiguration',
  'GET bucket ownershipControls': 'GetBucketOwnershipControls',
  'GET bucket policy': 'GetBucketPolicy',
  'GET bucket policyStatus': 'GetBucketPolicyStatus',
  'GET bucket publicAccessBlock': 'GetPublicAccessBlock',
  'GET bucket replication': 'GetBucketReplication',
  'GET bucket requestPayment': 'GetBucketRequestPayment',
  'GET bucket tagging': 'GetBucketTagging',
  'GET bucket versioning': 'GetBucketVersioning',
  'GET bucket website': 'GetBucketWebsite',

  'PUT object': 'PutObject',
  'PUT object copy-source': 'CopyObject',
  'GET object': 'GetObject',
  'HEAD object': 'HeadObject',
  'DELETE object': 'DeleteObject',
  'GET object acl': 'GetObjectAcl',
  'GET object tagging': 'GetObjectTagging',
  'GET object legal-hold': 'GetObjectLegalHold',
  'GET object retention': 'GetObjectRetention',
  'POST object uploads': 'CreateMultipartUpload',
  'PUT object partNumber+uploadId': 'UploadPart',
  'PUT object copy-source+partNumber+uploadId': 'UploadPartCopy',
  'GET object uploadId': 'ListParts',
  'POST object uploadId': 'CompleteMultipartUpload',
  'DELETE object uploadId': 'AbortMultipartUpload',
} as const;

/** An operation of S3 that Ebb offers. */
export type S3Operation = (typeof OPERATIONS)[keyof typeof OPERATIONS];

/** Query parameters that only refine an operation. Any other parameter selects another operation. */
const REFINEMENTS = new Set([
  'AWSAccessKeyId',
  'Expires',
  'Signature',
  'bucket-region',
  // boto3 repeats these headers in presigned URLs with Signature V2.
  'content-md5',
  'content-type',
  'continuation-token',
  'delimiter',
  'encoding-type',
  'fetch-owner',
  'key-marker',
  'marker',
  'max-buckets',
  'max-keys',
  'max-parts',
  'max-uploads',
  'part-number-marker',
  'prefix',
  'start-after',
  'upload-id-marker',
  'versionId',
]);

/** The parts of a request that decide its operation. */
export interface S3Target {
  readonly method: string;
  readonly bucket?: string;
  readonly key?: string;
  readonly query: URLSearchParams;
  /** Whether `x-amz-copy-source` was sent, which makes a PUT another operation. */
  readonly hasCopySource: boolean;
}

/**
 * Returns the operation that a request asks for. An operation that Ebb does not offer raises `NotImplemented`, and is
 * never taken for a plain read or write of the object. A method without a meaning there raises `MethodNotAllowed`.
 */
export function operationOf(target: S3Target): S3Operation {
  const level = target.key !== undefined ? 'object' : target.bucket !== undefined ? 'bucket' : 'service';
  const resources = [...new Set(target.query.keys())].filter(isSubResource);
  if (target.hasCopySource) resources.push('copy-source');
  const selector = resources.sort().join('+');
  const operation = lookUp(`${target.method} ${level}${selector && ` ${selector}`}`);
  if (operation) return operation;
  if (selector) throw notImplemented(`${target.method} with ${selector}`);
  if (target.method === 'POST' && level === 'bucket') throw notImplemented('Uploading by an HTML form');
  throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    Method: target.method,
    ResourceType: level.toUpperCase(),
  });
}

function isSubResource(name: string): boolean {
  return !REFINEMENTS.has(name) && !/^(?:x-|response-)/i.test(name);
}

function lookUp(selector: string): S3Operation | undefined {
  return Object.hasOwn(OPERATIONS, selector) ? OPERATIONS[selector as keyof typeof OPERATIONS] : undefined;
}
