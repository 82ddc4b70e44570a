import { EbbError } from '../../../core/errors.js';

const INSTANCE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Tells whether a text can be an instance's id, which names its directory, its container and its log. */
export function isInstanceId(text: string): boolean {
  return INSTANCE_ID.test(text);
}

/** Raises `InvalidRequest` for a text that cannot be an instance's id. */
export function checkInstanceId(text: string): void {
  if (isInstanceId(text)) return;
  throw new EbbError(
    'InvalidRequest',
    `'${text}' cannot be an instance's id: it must have at most 128 letters, digits, dots, hyphens and underscores, and begin with a letter or digit.`,
  );
}
