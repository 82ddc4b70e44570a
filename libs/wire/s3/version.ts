import { S3Error } from './errors.js';

/**
 * Raises `NoSuchVersion` for any version but `null`. Buckets keep no versions: as in S3, the one version of each object
 * is called `null`.
 */
export function requireNullVersion(versionId: string | null | undefined): void {
  if (versionId === null || versionId === undefined || versionId === 'null') return;
  throw new S3Error('NoSuchVersion', 'The specified version does not exist.', { VersionId: versionId });
}
