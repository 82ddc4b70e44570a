import { type Place, alarmArn } from '../../core/arn.js';
import { EbbError } from '../../core/errors.js';
import type { Tags } from '../../core/tags.js';
import type { Members } from '../aws/members.js';
import {
  type TagAddition,
  type TagRemoval,
  type TagRules,
  readTagAddition,
  readTagList,
  readTagRemoval,
  readTaggedArn,
} from '../aws/tag-requests.js';
import { readParameters } from './errors.js';

type Body = Readonly<Record<string, unknown>>;

const KEY = { min: 1, max: 128 };
const VALUE = { max: 256 };
const RULES: TagRules = { arnName: 'ResourceARN', arn: { min: 1, max: 1024 }, key: KEY, readTags };

/** Reads `Tags` of a request. */
export function readTags(request: Members): Tags {
  return readTagList(request, (tag) => tag.requiredText('Key', KEY), VALUE);
}

/** Reads `TagResource`. */
export function readTagResource(body: Body): TagAddition {
  return readParameters(body, (request) => readTagAddition(request, RULES));
}

/** Reads `UntagResource`. */
export function readUntagResource(body: Body): TagRemoval {
  return readParameters(body, (request) => readTagRemoval(request, RULES));
}

/** Reads the ARN in `ListTagsForResource`. */
export function readListTags(body: Body): string {
  return readParameters(body, (request) => readTaggedArn(request, RULES));
}

/** Returns the name of the alarm that an ARN names. Raises `ResourceNotFound` if it is not an alarm of this account. */
export function alarmNameOf(arn: string, place: Place): string {
  const beginning = alarmArn(place, '');
  if (arn.startsWith(beginning)) return arn.slice(beginning.length);
  throw new EbbError('ResourceNotFound', `Could not find a resource with the ARN ${arn}.`);
}
