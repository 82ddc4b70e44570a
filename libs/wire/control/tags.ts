import type { Tags } from '../../core/tags.js';
import { Members } from '../aws/members.js';
import { invalidToken } from '../aws/page-token.js';
import {
  MAX_TAGS,
  type TagAddition,
  type TagRemoval,
  type TagRules,
  readTagAddition,
  readTagList,
  readTagRemoval,
  readTaggedArn,
} from '../aws/tag-requests.js';
import { MAX_TOKEN_LENGTH, TAG_KEY, TAG_VALUE, matching } from './rules.js';

type Body = Readonly<Record<string, unknown>>;

const RESERVED = /^aws:/i;
const MIN_PAGE = 50;
const RULES: TagRules = {
  arnName: 'ResourceArn',
  arn: matching('arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+', { max: 256 }),
  key: TAG_KEY,
  removable: { min: 1, max: MAX_TAGS },
  readTags,
};

/** Reads `Tags` of a request that creates a resource. */
export function readTags(request: Members): Tags {
  return readTagList(request, readKey, TAG_VALUE);
}

function readKey(tag: Members): string {
  const key = tag.requiredText('Key', TAG_KEY);
  if (RESERVED.test(key)) tag.violate('Key', 'Member must not begin with aws:, which is reserved');
  return key;
}

/** Reads `AddTags`. */
export function readAddTags(body: Body): TagAddition {
  return Members.read(body, (request) => readTagAddition(request, RULES));
}

/**
 * Reads the ARN in `ListTags`. A page holds at least as many tags as a resource may have, so there is never a next page
 * or a token.
 */
export function readListTags(body: Body): string {
  const { token, resourceArn } = Members.read(body, (request) => {
    request.integer('MaxResults', { min: MIN_PAGE });
    return {
      resourceArn: readTaggedArn(request, RULES),
      token: request.text('NextToken', { max: MAX_TOKEN_LENGTH }),
    };
  });
  if (token !== undefined) throw invalidToken();
  return resourceArn;
}

/** Reads `DeleteTags`. */
export function readDeleteTags(body: Body): TagRemoval {
  return Members.read(body, (request) => readTagRemoval(request, RULES));
}
