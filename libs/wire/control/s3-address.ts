import { parseObjectLocation } from '../../core/object-location.js';
import type { Members } from '../members.js';
import { matching } from './rules.js';

const PATTERN = '(https|s3)://([^/]+)/?(.*)';
const OBJECT = matching(PATTERN, { max: 1024 });
const PREFIX = matching(PATTERN, { max: 512 });

/** The address of an object. */
export function readObjectAddress(parent: Members, name: string): string | undefined {
  const address = parent.text(name, OBJECT);
  if (address !== undefined && OBJECT.pattern!.test(address) && !isObjectAddress(address)) {
    parent.violate(name, 'Member must be the address of an S3 object');
  }
  return address;
}

/** A bucket or a prefix in it: what makes an object's address when a name is put behind it. */
export function readPrefixAddress(parent: Members, name: string): string | undefined {
  const address = parent.text(name, PREFIX);
  if (
    address !== undefined &&
    PREFIX.pattern!.test(address) &&
    !isObjectAddress(`${address.replace(/\/+$/, '')}/name`)
  ) {
    parent.violate(name, 'Member must be the address of an S3 bucket or of a prefix in one');
  }
  return address;
}

/** AWS's pattern lets any web address through. */
function isObjectAddress(uri: string): boolean {
  try {
    parseObjectLocation(uri);
    return true;
  } catch {
    return false;
  }
}
