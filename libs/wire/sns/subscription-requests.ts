import type { Place } from '../../core/arn.js';
import { isEbbError } from '../../core/errors.js';
import { parseFilterPolicy } from '../../core/delivery/filter-policy.js';
import type { Subscription } from '../../core/delivery/topic.js';
import type { QueryInput } from '../aws/query-input.js';
import type { XmlTree } from '../aws/query-xml.js';
import { invalidParameter } from './sns-errors.js';
import { parseTopicArn, renderAttributes } from './topic-requests.js';

const PROTOCOLS: readonly string[] = ['http', 'https', 'sqs'] satisfies Subscription['protocol'][];
const SUBSCRIPTION_ARN = /^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]{1,256}:[A-Za-z0-9-]+$/;
const QUEUE_ARN = /^arn:aws[\w-]*:sqs:([a-z0-9-]+):(\d{12}):[A-Za-z0-9_-]{1,80}(\.fifo)?$/;
const MAX_ENDPOINT_LENGTH = 2_048;

/** The settings that a subscription can be created with and changed to. */
export type SubscriptionSettings = Pick<Subscription, 'rawMessageDelivery' | 'attributes'>;

/** The settings of a subscription that is created without any. */
export const DEFAULT_SUBSCRIPTION_SETTINGS: SubscriptionSettings = { rawMessageDelivery: false, attributes: {} };

/** The request of `Subscribe`. */
export interface SubscribeRequest {
  readonly topicArn: string;
  readonly protocol: Subscription['protocol'];
  readonly endpoint: string;
  /** Whether to return the ARN before the receiver has confirmed. */
  readonly returnArn: boolean;
  /** Absent if the caller named none. */
  readonly settings?: SubscriptionSettings;
}

/** Reads `Subscribe`. */
export function parseSubscribe(input: QueryInput, place: Place): SubscribeRequest {
  const protocol = input.text('Protocol') ?? '';
  if (!PROTOCOLS.includes(protocol)) {
    throw invalidParameter(
      'Protocol',
      `Does not support this protocol string: ${protocol}; supported are ${PROTOCOLS.join(', ')}`,
    );
  }
  const given = Object.entries(input.map('Attributes'));
  const settings = given.reduce(
    (changed, [name, value]) => withAttribute(changed, name, value),
    DEFAULT_SUBSCRIPTION_SETTINGS,
  );
  return {
    topicArn: parseTopicArn(input),
    protocol: protocol as Subscription['protocol'],
    endpoint: parseEndpoint(protocol, input.text('Endpoint') ?? '', place),
    returnArn: input.text('ReturnSubscriptionArn') === 'true',
    settings: given.length > 0 ? settings : undefined,
  };
}

function parseEndpoint(protocol: string, endpoint: string, place: Place): string {
  if (endpoint === '' || endpoint.length > MAX_ENDPOINT_LENGTH) throw invalidParameter('Endpoint');
  if (protocol === 'sqs') {
    const queue = QUEUE_ARN.exec(endpoint);
    if (!queue) throw invalidParameter('SQS endpoint ARN');
    if (queue[3] !== undefined)
      throw invalidParameter('Endpoint', 'FIFO SQS Queues can not be subscribed to standard SNS topics');
    if (queue[1] !== place.region || queue[2] !== place.accountId) {
      throw invalidParameter('Endpoint', `Only queues of account ${place.accountId} in ${place.region} are supported`);
    }
  } else if (!endpoint.startsWith(`${protocol}://`) || !URL.canParse(endpoint)) {
    throw invalidParameter('Endpoint must match the specified protocol');
  }
  return endpoint;
}

/**
 * Returns a subscription's settings with one attribute changed. It refuses attributes that would lose or hold back
 * messages if Ebb ignored them.
 */
export function withAttribute(settings: SubscriptionSettings, name: string, value: string): SubscriptionSettings {
  switch (name) {
    case 'RawMessageDelivery':
      if (!/^(?:true|false)$/i.test(value))
        throw invalidParameter('Attributes', 'RawMessageDelivery: must be true or false');
      return { ...settings, rawMessageDelivery: value.toLowerCase() === 'true' };
    case 'FilterPolicy':
      return { ...settings, attributes: withFilterPolicy(settings.attributes, value) };
    case 'FilterPolicyScope':
      if (value !== 'MessageAttributes')
        throw invalidParameter('FilterPolicyScope', 'Only MessageAttributes is supported');
      return { ...settings, attributes: { ...settings.attributes, [name]: value } };
    case 'DeliveryPolicy':
      return { ...settings, attributes: { ...settings.attributes, [name]: value } };
    case 'RedrivePolicy':
    case 'ReplayPolicy':
    case 'SubscriptionRoleArn':
      throw invalidParameter(name, 'Not supported');
    default:
      throw invalidParameter('AttributeName');
  }
}

/** `{}` and an empty text remove the policy. */
function withFilterPolicy(attributes: Subscription['attributes'], json: string): Subscription['attributes'] {
  const { FilterPolicy: _replaced, ...others } = attributes;
  if (json.trim() === '') return others;
  try {
    return parseFilterPolicy(json).rules.length === 0 ? others : { ...others, FilterPolicy: json };
  } catch (error) {
    throw isEbbError(error) ? invalidParameter(error.message) : error;
  }
}

/** Reads the ARN of a subscription. */
export function parseSubscriptionArn(input: QueryInput): string {
  const arn = input.text('SubscriptionArn') ?? '';
  const elements = arn.split(':').length;
  if (elements < 6) {
    throw invalidParameter('SubscriptionArn', `An ARN must have at least 6 elements, not ${elements}`);
  }
  if (!SUBSCRIPTION_ARN.test(arn)) throw invalidParameter('SubscriptionArn');
  return arn;
}

/** Writes one member of a list of subscriptions. A pending subscription has no ARN to show. */
export function renderSubscription(subscription: Subscription): XmlTree {
  return {
    SubscriptionArn: subscription.confirmed ? subscription.arn : 'PendingConfirmation',
    Owner: ownerOf(subscription),
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    TopicArn: subscription.topicArn,
  };
}

/** Writes the answer to `GetSubscriptionAttributes`. */
export function renderSubscriptionAttributes(subscription: Subscription): XmlTree {
  const owner = ownerOf(subscription);
  return renderAttributes({
    SubscriptionArn: subscription.arn,
    TopicArn: subscription.topicArn,
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    Owner: owner,
    SubscriptionPrincipal: `arn:aws:iam::${owner}:root`,
    ConfirmationWasAuthenticated: String(subscription.protocol === 'sqs'),
    PendingConfirmation: String(!subscription.confirmed),
    RawMessageDelivery: String(subscription.rawMessageDelivery),
    ...subscription.attributes,
  });
}

function ownerOf(subscription: Subscription): string {
  return subscription.topicArn.split(':')[4]!;
}
