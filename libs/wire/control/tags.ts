import type { Tags } from '../../core/tags.js';
import { Members } from '../aws/members.js';
import { invalidToken } from '../aws/page-token.js';
import { MAX_TOKEN_LENGTH, TAG_KEY, TAG_VALUE, matching } from './rules.js';

const MAX_TAGS = 50;
const RESERVED = /^aws:/i;
const MIN_PAGE = 50;
const RESOURCE_ARN = matching('arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+', { max: 256 });

/** `Tags` of a creation. Where a key comes twice, the last one counts. */
export function readTags(request: Members): Tags {
  const tags = request.structures('Tags', { max: MAX_TAGS });
  return Object.fromEntries(tags.map((tag) => [readKey(tag), tag.requiredText('Value', TAG_VALUE)]));
}

function readKey(tag: Members): string {
  const key = tag.requiredText('Key', TAG_KEY);
  if (RESERVED.test(key)) tag.violate('Key', 'Member must not begin with aws:, which is reserved');
  return key;
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

/** A page holds no fewer tags than a resource may have, so there is never a next one, nor a token for it. */
export function readListTags(body: Readonly<Record<string, unknown>>): { resourceArn: string } {
  const { token, ...listing } = Members.read(body, (request) => {
    request.integer('MaxResults', { min: MIN_PAGE });
    return {
      resourceArn: request.requiredText('ResourceArn', RESOURCE_ARN),
      token: request.text('NextToken', { max: MAX_TOKEN_LENGTH }),
    };
  });
  if (token !== undefined) throw invalidToken();
  return listing;
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
