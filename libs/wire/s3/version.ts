import { S3Error } from './errors.js';

/** Buckets here keep no versions: the one version that each object has is called `null`, as in S3. */
export function requireNullVersion(versionId: string | null | undefined): void {
  if (versionId === null || versionId === undefined || versionId === 'null') return;
  throw new S3Error('NoSuchVersion', 'The specified version does not exist.', { VersionId: versionId });
}
