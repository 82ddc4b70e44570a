import { isObjectLocation, isObjectPrefix } from '../../core/object-location.js';
import type { TextRule } from '../aws/constraints.js';
import type { Members } from '../aws/members.js';
import { matching } from './rules.js';

/** Of models' files. */
const MODEL_DATA = matching('(https|s3)://([^/]+)/?(.*)', { max: 1024 });
/** Of what is written: outputs, captures, core dumps. */
export const DESTINATION = matching('(https|s3)://([^/])/?(.*)', { max: 512 });

/** The address of an object that is a model's, or a part of one. */
export function readObjectAddress(parent: Members, name: string): string | undefined {
  return checked(parent, name, MODEL_DATA, isObjectLocation, 'the address of an S3 object');
}

/** A bucket or a prefix in it, under which models are. */
export function readModelPrefix(parent: Members, name: string): string | undefined {
  return checked(parent, name, MODEL_DATA, isObjectPrefix, 'the address of an S3 bucket or of a prefix in one');
}

/** A bucket or a prefix in it: what makes an object's address when a name is put behind it. */
export function readDestination(parent: Members, name: string): string | undefined {
  return checked(parent, name, DESTINATION, isObjectPrefix, 'the address of an S3 bucket or of a prefix in one');
}

/** AWS's patterns let any web address through. */
function checked(
  parent: Members,
  name: string,
  rule: TextRule,
  isRight: (address: string) => boolean,
  kind: string,
): string | undefined {
  const address = parent.text(name, rule);
  if (address !== undefined && rule.pattern!.test(address) && !isRight(address)) {
    parent.violate(name, `Member must be ${kind}`);
  }
  return address;
}
