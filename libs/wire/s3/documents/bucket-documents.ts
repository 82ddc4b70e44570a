import type { BucketInfo } from '../../../core/ports/objects.js';
import { S3Error, type S3ErrorCode } from '../errors.js';
import type { S3Operation } from '../operation.js';
import { element, isoTime, optionalElement, s3Document, Xml } from '../xml.js';

/** The owner of every bucket and object in this Ebb. */
const OWNER = { id: 'ebb', displayName: 'ebb' };

/** Returns the element of the owner, or of the initiator of an upload. */
export function ownerElement(name: 'Owner' | 'Initiator'): Xml {
  return element(name, element('ID', OWNER.id), element('DisplayName', OWNER.displayName));
}

/** One page of ListBuckets. */
export interface BucketPage {
  readonly buckets: readonly BucketInfo[];
  readonly prefix?: string;
  readonly next?: string;
}

/** Writes the answer to ListBuckets. */
export function formatBuckets(page: BucketPage): string {
  const buckets = page.buckets.map(({ name, createdAt }) =>
    element('Bucket', element('Name', name), element('CreationDate', isoTime(createdAt))),
  );
  return s3Document(
    'ListAllMyBucketsResult',
    ownerElement('Owner'),
    element('Buckets', ...buckets),
    optionalElement('Prefix', page.prefix),
    optionalElement('ContinuationToken', page.next),
  );
}

/** Writes the answer to GetBucketLocation. For historical reasons us-east-1 has no name there. */
export function formatLocation(region: string): string {
  return s3Document('LocationConstraint', ...(region === 'us-east-1' ? [] : [region]));
}

/**
 * The true answer about a setting that clients ask for and Ebb does not have: S3's default, or S3's error for a missing
 * setting.
 */
type Setting = { readonly document: string } | { readonly code: S3ErrorCode; readonly message: string };

const none = (code: S3ErrorCode, message: string): Setting => ({ code, message });
const empty = (root: string): Setting => ({ document: s3Document(root) });

const NO_POLICY = none('NoSuchBucketPolicy', 'The bucket policy does not exist');
const NO_LOCK = none('NoSuchObjectLockConfiguration', 'The specified object does not have a ObjectLock configuration');
const GRANT =
  '<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">' +
  `<ID>${OWNER.id}</ID><DisplayName>${OWNER.displayName}</DisplayName></Grantee><Permission>FULL_CONTROL</Permission></Grant>`;
const OWNED: Setting = {
  document: s3Document('AccessControlPolicy', ownerElement('Owner'), element('AccessControlList', new Xml(GRANT))),
};

const SETTINGS = {
  GetBucketAccelerateConfiguration: empty('AccelerateConfiguration'),
  GetBucketAcl: OWNED,
  GetBucketCors: none('NoSuchCORSConfiguration', 'The CORS configuration does not exist'),
  GetBucketEncryption: none(
    'ServerSideEncryptionConfigurationNotFoundError',
    'The server side encryption configuration was not found',
  ),
  GetBucketLifecycleConfiguration: none('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'),
  GetBucketLogging: empty('BucketLoggingStatus'),
  GetBucketNotificationConfiguration: empty('NotificationConfiguration'),
  GetObjectLockConfiguration: none(
    'ObjectLockConfigurationNotFoundError',
    'Object Lock configuration does not exist for this bucket',
  ),
  GetBucketOwnershipControls: none('OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'),
  GetBucketPolicy: NO_POLICY,
  GetBucketPolicyStatus: NO_POLICY,
  GetPublicAccessBlock: none(
    'NoSuchPublicAccessBlockConfiguration',
    'The public access block configuration was not found',
  ),
  GetBucketReplication: none('ReplicationConfigurationNotFoundError', 'The replication configuration was not found'),
  GetBucketRequestPayment: {
    document: s3Document('RequestPaymentConfiguration', element('Payer', 'BucketOwner')),
  },
  GetBucketTagging: none('NoSuchTagSet', 'The TagSet does not exist'),
  GetBucketVersioning: empty('VersioningConfiguration'),
  GetBucketWebsite: none('NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'),
  GetObjectAcl: OWNED,
  GetObjectTagging: { document: s3Document('Tagging', element('TagSet')) },
  GetObjectLegalHold: NO_LOCK,
  GetObjectRetention: NO_LOCK,
} as const satisfies Partial<Record<S3Operation, Setting>>;

/** An operation that reads a setting. */
export type SettingOperation = keyof typeof SETTINGS;

/** Tells whether an operation reads a setting. */
export function isSetting(operation: S3Operation): operation is SettingOperation {
  return Object.hasOwn(SETTINGS, operation);
}

/** Returns the document that answers for a setting. Raises S3's error if S3 reports the setting as missing. */
export function settingDocument(operation: SettingOperation): string {
  const setting: Setting = SETTINGS[operation];
  if ('document' in setting) return setting.document;
  throw new S3Error(setting.code, setting.message);
}
