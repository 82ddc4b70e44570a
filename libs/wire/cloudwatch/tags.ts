import { type Place, alarmArn } from '../../core/arn.js';
import { EbbError } from '../../core/errors.js';
import type { Tags } from '../../core/tags.js';
import type { Members } from '../aws/members.js';
import { readParameters } from './errors.js';

const MAX_TAGS = 50;
const KEY = { min: 1, max: 128 };
const VALUE = { max: 256 };
const ARN = { min: 1, max: 1024 };

type Body = Readonly<Record<string, unknown>>;

/** `Tags` of a request. */
export function readTags(request: Members): Tags {
  const tags = request.structures('Tags', { max: MAX_TAGS });
  return Object.fromEntries(tags.map((tag) => [tag.requiredText('Key', KEY), tag.requiredText('Value', VALUE)]));
}

export function readTagResource(body: Body): { arn: string; tags: Tags } {
  return readParameters(body, (request) => {
    if (!request.has('Tags')) request.violate('Tags', 'Member must not be null');
    return { arn: request.requiredText('ResourceARN', ARN), tags: readTags(request) };
  });
}

export function readUntagResource(body: Body): { arn: string; keys: string[] } {
  return readParameters(body, (request) => {
    if (!request.has('TagKeys')) request.violate('TagKeys', 'Member must not be null');
    return { arn: request.requiredText('ResourceARN', ARN), keys: request.texts('TagKeys', KEY) };
  });
}

export function readListTags(body: Body): { arn: string } {
  return readParameters(body, (request) => ({ arn: request.requiredText('ResourceARN', ARN) }));
}

/** The alarm that an ARN names; raises `ResourceNotFound` for what is none of this account's alarms. */
export function alarmNameOf(arn: string, place: Place): string {
  const beginning = alarmArn(place, '');
  if (arn.startsWith(beginning)) return arn.slice(beginning.length);
  throw new EbbError('ResourceNotFound', `Could not find a resource with the ARN ${arn}.`);
}

export function writeTags(tags: Tags): object[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
