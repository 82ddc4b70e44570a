import { createHash } from 'node:crypto';
import type { Place } from '../../../../libs/core/arn.js';
import { EbbError } from '../../../../libs/core/errors.js';
import type { Subscription } from '../../../../libs/core/delivery/topic.js';
import type { Catalog } from '../../../../libs/core/ports/catalog.js';
import type { Clock } from '../../../../libs/core/ports/clock.js';
import type { QueryInput } from '../../../../libs/wire/aws/query-input.js';
import type { AwsCall } from '../../../../libs/wire/aws/aws-request.js';
import { QueryFault } from '../../../../libs/wire/aws/error-names.js';
import type { XmlTree } from '../../../../libs/wire/aws/query-xml.js';
import { pageOf } from '../../../../libs/wire/sns/page.js';
import { invalidParameter, subscriptionNotFound, topicNotFound } from '../../../../libs/wire/sns/sns-errors.js';
import {
  DEFAULT_SUBSCRIPTION_SETTINGS,
  type SubscribeRequest,
  type SubscriptionSettings,
  parseSubscribe,
  parseSubscriptionArn,
  renderSubscription,
  renderSubscriptionAttributes,
  withAttribute,
} from '../../../../libs/wire/sns/subscription-requests.js';
import { parseTopicArn } from '../../../../libs/wire/sns/topic-requests.js';
import type { Publishing } from './publishing.js';

/** SNS's operations on subscriptions, the confirmation handshake included. */
export class Subscriptions {
  constructor(
    private readonly catalog: Catalog,
    private readonly publishing: Publishing,
    private readonly clock: Clock,
    private readonly place: Place,
  ) {}

  /**
   * Subscribes an endpoint. Subscribing it again returns the same subscription, and asks again for a confirmation that
   * is missing.
   */
  async subscribe(input: QueryInput): Promise<XmlTree> {
    const wanted = parseSubscribe(input, this.place);
    if ((await this.catalog.topics.get(wanted.topicArn)) === undefined) throw topicNotFound();
    const made = this.make(wanted);
    const created = await this.catalog.subscriptions.create(made.arn, made);
    const subscription = created ? made : await this.catalog.subscriptions.get(made.arn);
    if (!subscription) throw new EbbError('Unavailable', 'The subscription is being deleted. Try again.');
    if (!created && differs(subscription, wanted.settings)) {
      throw invalidParameter('Attributes', 'Subscription already exists with different attributes');
    }
    if (!subscription.confirmed) await this.publishing.askToConfirm(subscription);
    const shown = subscription.confirmed || wanted.returnArn;
    return { SubscriptionArn: shown ? subscription.arn : 'pending confirmation' };
  }

  async confirm(input: QueryInput): Promise<XmlTree> {
    const topicArn = parseTopicArn(input);
    if ((await this.catalog.topics.get(topicArn)) === undefined) throw topicNotFound();
    const token = input.text('Token') ?? '';
    const all = await this.catalog.subscriptions.all();
    const found = all.find((subscription) => subscription.topicArn === topicArn && subscription.token === token);
    if (token === '' || !found) throw invalidParameter('Token');
    const locked = input.text('AuthenticateOnUnsubscribe')?.toLowerCase() === 'true';
    const confirmed = await this.catalog.subscriptions.update(found.arn, (subscription) => ({
      ...subscription,
      confirmed: true,
      attributes: locked ? { ...subscription.attributes, [LOCKED]: 'true' } : subscription.attributes,
    }));
    if (!confirmed) throw subscriptionNotFound();
    return { SubscriptionArn: confirmed.arn };
  }

  async unsubscribe(input: QueryInput, call: AwsCall): Promise<undefined> {
    const arn = parseSubscriptionArn(input);
    const subscription = await this.find(arn);
    if (subscription.attributes[LOCKED] === 'true' && !call.credential) {
      throw new QueryFault('AuthorizationError', 'Unsubscribing from this subscription needs a signed request', 403);
    }
    await this.catalog.subscriptions.delete(arn);
  }

  async list(input: QueryInput): Promise<XmlTree> {
    return renderPage(await this.catalog.subscriptions.all(), input);
  }

  async listByTopic(input: QueryInput): Promise<XmlTree> {
    const topicArn = parseTopicArn(input);
    if ((await this.catalog.topics.get(topicArn)) === undefined) throw topicNotFound();
    const all = await this.catalog.subscriptions.all();
    return renderPage(
      all.filter((subscription) => subscription.topicArn === topicArn),
      input,
    );
  }

  async getAttributes(input: QueryInput): Promise<XmlTree> {
    return renderSubscriptionAttributes(await this.find(parseSubscriptionArn(input)));
  }

  async setAttribute(input: QueryInput): Promise<undefined> {
    const name = input.text('AttributeName') ?? '';
    const value = input.text('AttributeValue') ?? '';
    const changed = await this.catalog.subscriptions.update(parseSubscriptionArn(input), (subscription) => ({
      ...subscription,
      ...withAttribute(settingsOf(subscription), name, value),
    }));
    if (!changed) throw subscriptionNotFound();
  }

  private make(wanted: SubscribeRequest): Subscription {
    const { topicArn, protocol, endpoint, settings } = wanted;
    return {
      ...(settings ?? DEFAULT_SUBSCRIPTION_SETTINGS),
      arn: `${topicArn}:${subscriptionId(topicArn, protocol, endpoint)}`,
      topicArn,
      protocol,
      endpoint,
      confirmed: protocol === 'sqs',
      token: protocol === 'sqs' ? undefined : `${this.clock.uniqueId()}${this.clock.uniqueId()}`.replaceAll('-', ''),
      createdAt: this.clock.now(),
    };
  }

  private async find(arn: string): Promise<Subscription> {
    const subscription = await this.catalog.subscriptions.get(arn);
    if (!subscription) throw subscriptionNotFound();
    return subscription;
  }
}

/** The attribute of a subscription whose receiver wants only signed requests to end it. */
const LOCKED = 'AuthenticateOnUnsubscribe';

/** Derives the id from the subscribed endpoint and topic, so that two simultaneous requests create one subscription. */
function subscriptionId(...parts: string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

function settingsOf({ rawMessageDelivery, attributes }: Subscription): SubscriptionSettings {
  return { rawMessageDelivery, attributes };
}

function differs(existing: Subscription, wanted: SubscriptionSettings | undefined): boolean {
  if (!wanted) return false;
  if (existing.rawMessageDelivery !== wanted.rawMessageDelivery) return true;
  return Object.entries(wanted.attributes).some(([name, value]) => existing.attributes[name] !== value);
}

function renderPage(subscriptions: readonly Subscription[], input: QueryInput): XmlTree {
  const { page, nextToken } = pageOf(subscriptions, input.text('NextToken'));
  return { Subscriptions: { member: page.map(renderSubscription) }, NextToken: nextToken };
}
