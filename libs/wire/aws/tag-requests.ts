import type { Tags } from '../../core/tags.js';
import type { NumberRule, TextRule } from './constraints.js';
import type { Members } from './members.js';

/** The most tags in one list of a request. */
export const MAX_TAGS = 50;

/** One service's names and limits in requests about the tags of its resources. */
export interface TagRules {
  /** The name of the member with the resource's ARN. */
  readonly arnName: 'ResourceARN' | 'ResourceArn';
  readonly arn: TextRule;
  readonly key: TextRule;
  /** The limits on the number of tags that one request removes. */
  readonly removable?: NumberRule;
  /** Reads the member `Tags`. */
  readonly readTags: (request: Members) => Tags;
}

/** A request that gives tags to a resource. */
export interface TagAddition {
  readonly resourceArn: string;
  readonly tags: Tags;
}

/** A request that takes tags from a resource. */
export interface TagRemoval {
  readonly resourceArn: string;
  readonly keys: readonly string[];
}

/** Reads `TagResource`, which SageMaker calls `AddTags`. */
export function readTagAddition(request: Members, rules: TagRules): TagAddition {
  if (!request.has('Tags')) request.violate('Tags', 'Member must not be null');
  return { resourceArn: readTaggedArn(request, rules), tags: rules.readTags(request) };
}

/** Reads `UntagResource`, which SageMaker calls `DeleteTags`. */
export function readTagRemoval(request: Members, rules: TagRules): TagRemoval {
  if (!request.has('TagKeys')) request.violate('TagKeys', 'Member must not be null');
  return {
    resourceArn: readTaggedArn(request, rules),
    keys: request.texts('TagKeys', rules.key, rules.removable),
  };
}

/** Reads the ARN of the resource that a request about tags names. */
export function readTaggedArn(request: Members, { arn, arnName }: TagRules): string {
  return request.requiredText(arnName, arn);
}

/** Reads `Tags` as a list of keys and values. If a key occurs twice, the last value counts. */
export function readTagList(request: Members, readKey: (tag: Members) => string, value: TextRule): Tags {
  const tags = request.structures('Tags', { max: MAX_TAGS });
  return Object.fromEntries(tags.map((tag) => [readKey(tag), tag.requiredText('Value', value)]));
}

/** Writes tags as a list of keys and values. */
export function writeTags(tags: Tags): { readonly Key: string; readonly Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
