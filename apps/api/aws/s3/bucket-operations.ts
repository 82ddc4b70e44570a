import type { BucketInfo } from '../../../../libs/core/ports/objects.js';
import {
  formatBuckets,
  formatLocation,
  settingDocument,
  type SettingOperation,
} from '../../../../libs/wire/s3/documents/bucket-documents.js';
import { formatList, type ListRequest, parseList, parseListV2 } from '../../../../libs/wire/s3/documents/listing.js';
import { queryNumber } from '../../../../libs/wire/s3/query.js';
import { readXml } from './read-xml.js';
import type { S3Handler, S3Reply, S3Request } from './s3-exchange.js';
import type { Objects } from '../../../../libs/core/ports/objects.js';

const MAX_CONFIGURATION_BYTES = 64 * 1024;
const MAX_BUCKETS = 10_000;

export const listBuckets: S3Handler = async (objects, { query, signal }) => {
  const prefix = query.get('prefix') ?? '';
  const token = query.get('continuation-token') ?? '';
  const limit = queryNumber(query, 'max-buckets', MAX_BUCKETS);
  const buckets = (await objects.listBuckets(signal))
    .filter(({ name }) => name.startsWith(prefix) && name > token)
    .sort((one: BucketInfo, other: BucketInfo) => (one.name < other.name ? -1 : 1));
  const page = buckets.slice(0, limit);
  const next = buckets.length > page.length ? page.at(-1)?.name : undefined;
  return { body: formatBuckets({ buckets: page, prefix: prefix || undefined, next }) };
};

/** Accepts any region in the body. Creating one's own bucket again succeeds, as in us-east-1. */
export const createBucket: S3Handler = async (objects, request) => {
  const { bucket } = request.location;
  await readXml(request, 'CreateBucketConfiguration', MAX_CONFIGURATION_BYTES);
  await objects.createBucket(bucket, request.signal);
  return { headers: { location: `/${bucket}`, 'content-length': 0 } };
};

export const headBucket: S3Handler = async (objects, { location, region, signal }) => {
  await objects.headBucket(location.bucket, signal);
  return { headers: { 'x-amz-bucket-region': region, 'content-type': 'application/xml' } };
};

export const deleteBucket: S3Handler = async (objects, { location, signal }) => {
  await objects.deleteBucket(location.bucket, signal);
  return { status: 204 };
};

export const getBucketLocation: S3Handler = async (objects, { location, region, signal }) => {
  await objects.headBucket(location.bucket, signal);
  return { body: formatLocation(region) };
};

export const listObjects: S3Handler = (objects, request) => list(objects, request, parseList(request.query));

export const listObjectsV2: S3Handler = (objects, request) => list(objects, request, parseListV2(request.query));

/** Returns the handler of a setting, which answers for a bucket or an object that exists. */
export function settingHandler(operation: SettingOperation): S3Handler {
  return async (objects, { location, signal }) => {
    if (location.key === '') await objects.headBucket(location.bucket, signal);
    else await objects.head(location, signal);
    return { body: settingDocument(operation) };
  };
}

async function list(objects: Objects, { location, signal }: S3Request, request: ListRequest): Promise<S3Reply> {
  if (request.options.limit === 0) {
    await objects.headBucket(location.bucket, signal);
    return { body: formatList(location.bucket, request, { objects: [], commonPrefixes: [] }) };
  }
  const listing = await objects.list(location.bucket, request.options, signal);
  return { body: formatList(location.bucket, request, listing) };
}
