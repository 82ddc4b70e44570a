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

/** `Tags` of a request. */
export function readTags(request: Members): Tags {
  return readTagList(request, (tag) => tag.requiredText('Key', KEY), VALUE);
}

export function readTagResource(body: Body): TagAddition {
  return readParameters(body, (request) => readTagAddition(request, RULES));
}

export function readUntagResource(body: Body): TagRemoval {
  return readParameters(body, (request) => readTagRemoval(request, RULES));
}

/** The ARN in `ListTagsForResource`. */
export function readListTags(body: Body): string {
  return readParameters(body, (request) => readTaggedArn(request, RULES));
}

/** The alarm that an ARN names; raises `ResourceNotFound` for what is none of this account's alarms. */
export function alarmNameOf(arn: string, place: Place): string {
  const beginning = alarmArn(place, '');
  if (arn.startsWith(beginning)) return arn.slice(beginning.length);
  throw new EbbError('ResourceNotFound', `Could not find a resource with the ARN ${arn}.`);
}
