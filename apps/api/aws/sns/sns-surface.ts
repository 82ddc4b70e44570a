import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Catalog } from '../../../../libs/core/ports/catalog.js';
import { Clock } from '../../../../libs/core/ports/clock.js';
import { Outbox } from '../../../../libs/core/ports/outbox.js';
import { Signals } from '../../../../libs/core/ports/signals.js';
import { Config } from '../../../../libs/host/config.js';
import type { AwsCall } from '../../../../libs/wire/aws/aws-request.js';
import { SNS_ERRORS, SNS_NAMESPACE } from '../../../../libs/wire/sns/sns-errors.js';
import { type QueryOperation, type QueryService, answerQuery, refuseQuery } from '../query-service.js';
import type { AdmittedCall } from '../admitted-call.js';
import type { Surface } from '../surface.js';
import { Publishing } from './publishing.js';
import { Subscriptions } from './subscriptions.js';
import { Topics } from './topics.js';

/** Amazon SNS as Ebb answers for it: topics and subscriptions in the catalog, messages through the outbox. */
@Injectable()
export class SnsSurface implements Surface {
  private readonly service: QueryService;

  constructor(
    catalog: Catalog,
    outbox: Outbox,
    signals: Signals,
    private readonly clock: Clock,
    config: Config,
  ) {
    const publishing = new Publishing(catalog, outbox, signals, clock);
    const operations = {
      ...topicOperations(new Topics(catalog, clock, config.place)),
      ...subscriptionOperations(new Subscriptions(catalog, publishing, clock, config.place)),
      Publish: (input) => publishing.publish(input),
      PublishBatch: (input) => publishing.publishBatch(input),
    } satisfies Record<string, QueryOperation>;
    this.service = { namespace: SNS_NAMESPACE, errors: SNS_ERRORS, operations };
  }

  async handle(request: IncomingMessage, response: ServerResponse, call: AdmittedCall): Promise<void> {
    await answerQuery(this.service, request, response, call);
  }

  async refuse(request: IncomingMessage, response: ServerResponse, _call: AwsCall, error: unknown): Promise<void> {
    refuseQuery(this.service, { request, response, requestId: this.clock.uniqueId() }, error);
  }
}

function topicOperations(topics: Topics): Record<string, QueryOperation> {
  return {
    CreateTopic: (input) => topics.create(input),
    DeleteTopic: (input) => topics.delete(input),
    ListTopics: (input) => topics.list(input),
    GetTopicAttributes: (input) => topics.getAttributes(input),
    SetTopicAttributes: (input) => topics.setAttribute(input),
    TagResource: (input) => topics.tag(input),
    UntagResource: (input) => topics.untag(input),
    ListTagsForResource: (input) => topics.listTags(input),
  };
}

function subscriptionOperations(subscriptions: Subscriptions): Record<string, QueryOperation> {
  return {
    Subscribe: (input) => subscriptions.subscribe(input),
    ConfirmSubscription: (input) => subscriptions.confirm(input),
    Unsubscribe: (input, call) => subscriptions.unsubscribe(input, call),
    ListSubscriptions: (input) => subscriptions.list(input),
    ListSubscriptionsByTopic: (input) => subscriptions.listByTopic(input),
    GetSubscriptionAttributes: (input) => subscriptions.getAttributes(input),
    SetSubscriptionAttributes: (input) => subscriptions.setAttribute(input),
  };
}
