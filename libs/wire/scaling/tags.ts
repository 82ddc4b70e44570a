import { EbbError } from '../../core/errors.js';
import type { Tags } from '../../core/tags.js';
import { Members } from '../aws/members.js';
import {
  type TagAddition,
  type TagRemoval,
  type TagRules,
  readTagAddition,
  readTagRemoval,
  readTaggedArn,
} from '../aws/tag-requests.js';

type Body = Readonly<Record<string, unknown>>;

const KEY = { min: 1, max: 128 };
const VALUE = { max: 256 };
const RULES: TagRules = {
  arnName: 'ResourceARN',
  arn: {
    min: 1,
    max: 1011,
    pattern: /^arn:.+:application-autoscaling:.+:[0-9]+:scalable-target\/[a-zA-Z0-9-]+$/,
  },
  key: KEY,
  removable: { max: 200 },
  readTags,
};

/** Reads `Tags` of a registration and of `TagResource`. */
export function readTags(request: Members): Tags {
  return request.textMap('Tags', KEY, VALUE);
}

/** Raises `InvalidRequest` for keys that AWS reserves. */
export function checkTagKeys(tags: Tags): void {
  const reserved = Object.keys(tags).find((key) => key.toLowerCase().startsWith('aws:'));
  if (reserved === undefined) return;
  throw new EbbError('InvalidRequest', `The tag key ${reserved} is not valid: keys that begin with aws: are reserved.`);
}

/** Reads `TagResource`, and refuses keys that AWS reserves. */
export function readTagResource(body: Body): TagAddition {
  const request = Members.read(body, (members) => readTagAddition(members, RULES));
  checkTagKeys(request.tags);
  return request;
}

/** Reads `UntagResource`. */
export function readUntagResource(body: Body): TagRemoval {
  return Members.read(body, (request) => readTagRemoval(request, RULES));
}

/** Reads the ARN in `ListTagsForResource`. */
export function readListTags(body: Body): string {
  return Members.read(body, (request) => readTaggedArn(request, RULES));
}
