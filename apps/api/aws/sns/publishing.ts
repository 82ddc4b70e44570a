import type { Delivery } from '../../../../libs/core/delivery/delivery.js';
import type { Catalog } from '../../../../libs/core/ports/catalog.js';
import type { Clock } from '../../../../libs/core/ports/clock.js';
import type { Outbox } from '../../../../libs/core/ports/outbox.js';
import type { Signals } from '../../../../libs/core/ports/signals.js';
import { fanOut } from '../../../../libs/core/delivery/topic-message.js';
import type { Subscription } from '../../../../libs/core/delivery/topic.js';
import type { QueryInput } from '../../../../libs/wire/aws/query-input.js';
import type { XmlTree } from '../../../../libs/wire/aws/query-xml.js';
import { type PublishRequest, parsePublish, parsePublishBatch } from '../../../../libs/wire/sns/publish-requests.js';
import { invalidParameter, topicNotFound } from '../../../../libs/wire/sns/sns-errors.js';
import { parseTopicArn } from '../../../../libs/wire/sns/topic-requests.js';

const PROTOCOLS: readonly Subscription['protocol'][] = ['http', 'https', 'sqs'];

/** SNS's publishing. A message whose id was answered is durable in the outbox. */
export class Publishing {
  constructor(
    private readonly catalog: Catalog,
    private readonly outbox: Outbox,
    private readonly signals: Signals,
    private readonly clock: Clock,
  ) {}

  async publish(input: QueryInput): Promise<XmlTree> {
    if (input.has('PhoneNumber')) throw invalidParameter('PhoneNumber', 'Text messages are not supported');
    const topicArn = await this.topicOf(input);
    const id = this.clock.uniqueId();
    await this.enqueue(await this.deliveriesOf(topicArn, id, parsePublish(input)));
    return { MessageId: id };
  }

  /** Publishes a batch. All valid entries are accepted together, or none is. */
  async publishBatch(input: QueryInput): Promise<XmlTree> {
    const topicArn = await this.topicOf(input);
    const deliveries: Delivery[] = [];
    const successful: XmlTree[] = [];
    const failed: XmlTree[] = [];
    for (const entry of parsePublishBatch(input)) {
      if ('fault' in entry) {
        failed.push({ Id: entry.id, Code: entry.fault.code, Message: entry.fault.message, SenderFault: true });
        continue;
      }
      const id = this.clock.uniqueId();
      deliveries.push(...(await this.deliveriesOf(topicArn, id, entry.request)));
      successful.push({ Id: entry.id, MessageId: id });
    }
    await this.enqueue(deliveries);
    return { Successful: { member: successful }, Failed: { member: failed } };
  }

  /** Sends a subscription's receiver the token with which it confirms. */
  async askToConfirm(subscription: Subscription): Promise<void> {
    const { arn: subscriptionArn, topicArn } = subscription;
    await this.enqueue([
      {
        id: this.clock.uniqueId(),
        receiver: { kind: 'confirmation', subscriptionArn, topicArn },
        message: { body: '' },
        createdAt: this.clock.now(),
      },
    ]);
  }

  /**
   * Returns one delivery to the topic, which is split among its subscriptions when it is sent. If protocols have their
   * own texts, it is split at once, because a delivery carries one text.
   */
  private async deliveriesOf(topicArn: string, id: string, request: PublishRequest): Promise<Delivery[]> {
    const { message, bodyByProtocol } = request;
    const delivery: Delivery = { id, receiver: { kind: 'topic', topicArn }, message, createdAt: this.clock.now() };
    if (!bodyByProtocol) return [delivery];
    const subscriptions = await this.catalog.subscriptions.all();
    return PROTOCOLS.flatMap((protocol) => {
      const body = bodyByProtocol[protocol] ?? message.body;
      const receivers = subscriptions.filter((subscription) => subscription.protocol === protocol);
      return fanOut({ ...delivery, message: { ...message, body } }, topicArn, receivers);
    });
  }

  private async enqueue(deliveries: readonly Delivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    await this.outbox.enqueue(deliveries);
    this.signals.notify({ kind: 'outbox' });
  }

  private async topicOf(input: QueryInput): Promise<string> {
    const topicArn = parseTopicArn(input, input.has('TopicArn') ? 'TopicArn' : 'TargetArn');
    if ((await this.catalog.topics.get(topicArn)) === undefined) throw topicNotFound();
    return topicArn;
  }
}
