import type { ObjectHead } from '../../../core/ports/objects.js';
import type { S3Error } from '../errors.js';
import { element, isoTime, s3Document } from '../xml.js';

/** Writes the answer to CopyObject and UploadPartCopy. */
export function formatCopy(
  root: 'CopyObjectResult' | 'CopyPartResult',
  copy: Pick<ObjectHead, 'etag' | 'modifiedAt'>,
): string {
  return s3Document(root, element('LastModified', isoTime(copy.modifiedAt)), element('ETag', `"${copy.etag}"`));
}

/** The outcome for one key of a DeleteObjects. */
export interface Deletion {
  readonly key: string;
  readonly error?: S3Error;
}

/** Writes the answer to DeleteObjects; a quiet answer names only the failures. */
export function formatDeletions(deletions: readonly Deletion[], quiet: boolean): string {
  const shown = deletions.filter(({ error }) => error || !quiet);
  const lines = shown.map(({ key, error }) =>
    error
      ? element('Error', element('Key', key), element('Code', error.code), element('Message', error.message))
      : element('Deleted', element('Key', key)),
  );
  return s3Document('DeleteResult', ...lines);
}
