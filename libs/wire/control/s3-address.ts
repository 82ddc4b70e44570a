import { isObjectLocation, isObjectPrefix } from '../../core/object-location.js';
import type { TextRule } from '../aws/constraints.js';
import type { Members } from '../aws/members.js';
import { matching } from './rules.js';

/** The address of a model's files. */
const MODEL_DATA = matching('(https|s3)://([^/]+)/?(.*)', { max: 1024 });
/** The address of a place for outputs, captures or core dumps. */
export const DESTINATION = matching('(https|s3)://([^/])/?(.*)', { max: 512 });

/** Reads the address of an object that is a model or a part of one. */
export function readObjectAddress(parent: Members, name: string): string | undefined {
  return checked(parent, name, MODEL_DATA, OBJECT);
}

/** Reads the address of a bucket, or of a prefix in one, that holds models. */
export function readModelPrefix(parent: Members, name: string): string | undefined {
  return checked(parent, name, MODEL_DATA, PREFIX);
}

/** Reads the address of a bucket, or of a prefix in one, to which names of objects are appended. */
export function readDestination(parent: Members, name: string): string | undefined {
  return checked(parent, name, DESTINATION, PREFIX);
}

interface AddressKind {
  readonly text: string;
  readonly isRight: (address: string) => boolean;
}

const OBJECT: AddressKind = { text: 'the address of an S3 object', isRight: isObjectLocation };
const PREFIX: AddressKind = { text: 'the address of an S3 bucket or of a prefix in one', isRight: isObjectPrefix };

/** AWS's patterns let any web address through. */
function checked(parent: Members, name: string, rule: TextRule, { isRight, text }: AddressKind): string | undefined {
  const address = parent.text(name, rule);
  if (address !== undefined && rule.pattern!.test(address) && !isRight(address)) {
    parent.violate(name, `Member must be ${text}`);
  }
  return address;
}
