import type { Topic } from '../../core/delivery/topic.js';
import type { QueryInput } from '../aws/query-input.js';
import { QueryFault } from '../aws/error-names.js';
import type { XmlTree } from '../aws/query-xml.js';
import { invalidParameter, topicNotFound } from './sns-errors.js';

const TOPIC_NAME = /^[A-Za-z0-9_-]{1,256}$/;
const TOPIC_ARN = /^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]{1,256}$/;
const MAX_TAGS = 50;

/**
 * Attributes that Ebb keeps and returns. They configure functions that Ebb does not have: encryption, permissions,
 * logging.
 */
const TOPIC_ATTRIBUTE =
  /^(?:DisplayName|Policy|DeliveryPolicy|KmsMasterKeyId|TracingConfig|SignatureVersion|(?:Application|HTTP|Firehose|Lambda|SQS)(?:SuccessFeedbackRoleArn|SuccessFeedbackSampleRate|FailureFeedbackRoleArn))$/;
const FIFO_ATTRIBUTE = /^(?:FifoTopic|ContentBasedDeduplication|FifoThroughputScope|ArchivePolicy)$/;
const MAX_DISPLAY_NAME = 100;

/** A topic as `CreateTopic` requests it. */
export type TopicRequest = Pick<Topic, 'name' | 'attributes' | 'tags'>;

/** Reads `CreateTopic`. */
export function parseCreateTopic(input: QueryInput): TopicRequest {
  const name = input.text('Name') ?? '';
  if (name.endsWith('.fifo')) throw invalidParameter('Topic Name', 'FIFO topics are not supported');
  if (!TOPIC_NAME.test(name)) throw invalidParameter('Topic Name');
  const attributes: Record<string, string> = {};
  for (const [attribute, value] of Object.entries(input.map('Attributes'))) {
    if (attribute === 'FifoTopic' && value === 'false') continue;
    attributes[checkTopicAttribute(attribute, value)] = value;
  }
  return { name, attributes, tags: parseTags(input) };
}

/** Reads `SetTopicAttributes`; an absent value counts as empty. */
export function parseTopicAttribute(input: QueryInput): { readonly name: string; readonly value: string } {
  const value = input.text('AttributeValue') ?? '';
  return { name: checkTopicAttribute(input.text('AttributeName') ?? '', value), value };
}

function checkTopicAttribute(name: string, value: string): string {
  if (FIFO_ATTRIBUTE.test(name)) throw invalidParameter('AttributeName', `${name} is for FIFO topics: not supported`);
  if (!TOPIC_ATTRIBUTE.test(name)) throw invalidParameter('AttributeName');
  if (name === 'DisplayName' && value.length > MAX_DISPLAY_NAME) throw invalidParameter('DisplayName');
  return name;
}

/** Reads the ARN of a topic. Raises `InvalidRequest` if `parameter` does not hold one. */
export function parseTopicArn(input: QueryInput, parameter = 'TopicArn'): string {
  const arn = input.text(parameter);
  if (arn === undefined || arn === '') throw invalidParameter(parameter);
  const elements = arn.split(':').length;
  if (elements < 6) {
    throw invalidParameter(parameter, `An ARN must have at least 6 elements, not ${elements}`);
  }
  if (!TOPIC_ARN.test(arn)) throw invalidParameter(parameter);
  return arn;
}

/** Reads the tags of a topic. */
export function parseTags(input: QueryInput): Record<string, string> {
  const tags = input.map('Tags', 'Key', 'Value');
  if (Object.keys(tags).some((key) => key === '' || key.length > 128)) throw invalidParameter('Tags');
  if (Object.values(tags).some((value) => value.length > 256)) throw invalidParameter('Tags');
  return checkTagCount(tags);
}

/** Returns the tags. Raises `TagLimitExceeded` if there are too many. */
export function checkTagCount(tags: Record<string, string>): Record<string, string> {
  if (Object.keys(tags).length <= MAX_TAGS) return tags;
  throw new QueryFault('TagLimitExceeded', 'Could not complete request: tag quota of per resource exceeded');
}

/** Writes the tags of a topic. */
export function renderTags(tags: Readonly<Record<string, string>>): XmlTree {
  return { Tags: { member: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) } };
}

/** Returns the existing topic. Its attributes and tags must equal the wanted ones. */
export function checkSameTopic(existing: Topic | undefined, wanted: TopicRequest): Topic {
  if (!existing) throw topicNotFound();
  if (differs(existing.attributes, wanted.attributes)) {
    throw invalidParameter('Attributes', 'Topic already exists with different attributes');
  }
  if (differs(existing.tags, wanted.tags)) {
    throw invalidParameter('Tags', 'Topic already exists with different tags');
  }
  return existing;
}

function differs(existing: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).some(([name, value]) => existing[name] !== value);
}

/** The numbers of a topic's subscriptions. */
export interface SubscriptionCounts {
  readonly confirmed: number;
  readonly pending: number;
}

/** Writes the answer to `GetTopicAttributes`. */
export function renderTopicAttributes(topic: Topic, counts: SubscriptionCounts): XmlTree {
  const owner = topic.arn.split(':')[4]!;
  return renderAttributes({
    TopicArn: topic.arn,
    Owner: owner,
    DisplayName: '',
    Policy: defaultPolicy(topic.arn, owner),
    ...topic.attributes,
    SubscriptionsConfirmed: String(counts.confirmed),
    SubscriptionsPending: String(counts.pending),
    SubscriptionsDeleted: '0',
  });
}

/** Writes attributes as a map of the Query protocol. */
export function renderAttributes(attributes: Readonly<Record<string, string>>): XmlTree {
  return { Attributes: { entry: Object.entries(attributes).map(([key, value]) => ({ key, value })) } };
}

/** Returns the policy that tools expect to read; it has no effect in Ebb. */
function defaultPolicy(topicArn: string, owner: string): string {
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ['SNS:Publish', 'SNS:Subscribe'],
        Resource: topicArn,
        Condition: { StringEquals: { 'AWS:SourceOwner': owner } },
      },
    ],
  });
}
