import { EbbError } from '../../core/errors.js';
import type { Tags } from '../../core/tags.js';
import { Members } from '../aws/members.js';

const KEY = { min: 1, max: 128 };
const VALUE = { max: 256 };
const MAX_KEYS = 200;
const RESOURCE_ARN = {
  min: 1,
  max: 1011,
  pattern: /^arn:.+:application-autoscaling:.+:[0-9]+:scalable-target\/[a-zA-Z0-9-]+$/,
};

/** `Tags` of a registration and of `TagResource`. */
export function readTags(request: Members): Tags {
  return request.textMap('Tags', KEY, VALUE);
}

/** Raises `InvalidRequest` for keys that AWS keeps for itself. */
export function checkTagKeys(tags: Tags): void {
  const reserved = Object.keys(tags).find((key) => key.toLowerCase().startsWith('aws:'));
  if (reserved === undefined) return;
  throw new EbbError('InvalidRequest', `The tag key ${reserved} is not valid: keys that begin with aws: are reserved.`);
}

export function readTagResource(body: Readonly<Record<string, unknown>>): { resourceArn: string; tags: Tags } {
  const request = Members.read(body, (members) => {
    if (!members.has('Tags')) members.violate('Tags', 'Member must not be null');
    return { resourceArn: members.requiredText('ResourceARN', RESOURCE_ARN), tags: readTags(members) };
  });
  checkTagKeys(request.tags);
  return request;
}

export function readUntagResource(body: Readonly<Record<string, unknown>>): { resourceArn: string; keys: string[] } {
  return Members.read(body, (request) => {
    if (!request.has('TagKeys')) request.violate('TagKeys', 'Member must not be null');
    return {
      resourceArn: request.requiredText('ResourceARN', RESOURCE_ARN),
      keys: request.texts('TagKeys', KEY, { max: MAX_KEYS }),
    };
  });
}

export function readListTags(body: Readonly<Record<string, unknown>>): { resourceArn: string } {
  return Members.read(body, (request) => ({ resourceArn: request.requiredText('ResourceARN', RESOURCE_ARN) }));
}
