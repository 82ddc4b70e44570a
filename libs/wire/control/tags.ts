import type { Tags } from '../../core/model.js';
import { Members } from '../members.js';
import { TAG_KEY, TAG_VALUE, matching } from './rules.js';

const MAX_TAGS = 50;
const RESOURCE_ARN = matching('arn:.*', { max: 256 });

/** `Tags` of a creation. */
export function readTags(request: Members): Tags {
  const tags = request.structures('Tags', { max: MAX_TAGS });
  return Object.fromEntries(
    tags.map((tag) => [tag.requiredText('Key', TAG_KEY), tag.requiredText('Value', TAG_VALUE)]),
  );
}

export function writeTags(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export function readAddTags(body: Readonly<Record<string, unknown>>): { resourceArn: string; tags: Tags } {
  return Members.read(body, (request) => {
    if (!request.has('Tags')) request.violate('Tags', 'Member must not be null');
    return { resourceArn: request.requiredText('ResourceArn', RESOURCE_ARN), tags: readTags(request) };
  });
}

/** All tags fit on one page, so there is never a next one. */
export function readListTags(body: Readonly<Record<string, unknown>>): { resourceArn: string } {
  return Members.read(body, (request) => {
    request.integer('MaxResults', { min: 50 });
    return { resourceArn: request.requiredText('ResourceArn', RESOURCE_ARN) };
  });
}

export function readDeleteTags(body: Readonly<Record<string, unknown>>): { resourceArn: string; keys: string[] } {
  return Members.read(body, (request) => {
    if (!request.has('TagKeys')) request.violate('TagKeys', 'Member must not be null');
    return {
      resourceArn: request.requiredText('ResourceArn', RESOURCE_ARN),
      keys: request.texts('TagKeys', TAG_KEY, { min: 1, max: MAX_TAGS }),
    };
  });
}
