import { type Place, topicArn } from '../../../../libs/core/arn.js';
import type { Topic } from '../../../../libs/core/delivery/topic.js';
import type { Catalog } from '../../../../libs/core/ports/catalog.js';
import type { Clock } from '../../../../libs/core/ports/clock.js';
import { withoutTags } from '../../../../libs/core/tags.js';
import type { QueryInput } from '../../../../libs/wire/aws/query-input.js';
import { QueryFault } from '../../../../libs/wire/aws/error-names.js';
import type { XmlTree } from '../../../../libs/wire/aws/query-xml.js';
import { pageOf } from '../../../../libs/wire/sns/page.js';
import { topicNotFound } from '../../../../libs/wire/sns/sns-errors.js';
import {
  checkSameTopic,
  checkTagCount,
  parseCreateTopic,
  parseTags,
  parseTopicArn,
  parseTopicAttribute,
  renderTags,
  renderTopicAttributes,
} from '../../../../libs/wire/sns/topic-requests.js';

/** SNS's operations on topics and their tags. */
export class Topics {
  constructor(
    private readonly catalog: Catalog,
    private readonly clock: Clock,
    private readonly place: Place,
  ) {}

  async create(input: QueryInput): Promise<XmlTree> {
    const wanted = parseCreateTopic(input);
    const arn = topicArn(this.place, wanted.name);
    const created = await this.catalog.topics.create(arn, { ...wanted, arn, createdAt: this.clock.now() });
    if (!created) checkSameTopic(await this.catalog.topics.get(arn), wanted);
    return { TopicArn: arn };
  }

  /** Deletes a topic. Deleting a topic that does not exist succeeds, as with SNS. */
  async delete(input: QueryInput): Promise<undefined> {
    const arn = parseTopicArn(input);
    // The topic is deleted last: a crash then leaves a topic that can be deleted again, not hidden subscriptions.
    for (const subscription of await this.catalog.subscriptions.all()) {
      if (subscription.topicArn === arn) await this.catalog.subscriptions.delete(subscription.arn);
    }
    await this.catalog.topics.delete(arn);
  }

  async list(input: QueryInput): Promise<XmlTree> {
    const { page, nextToken } = pageOf(await this.catalog.topics.all(), input.text('NextToken'));
    return { Topics: { member: page.map(({ arn }) => ({ TopicArn: arn })) }, NextToken: nextToken };
  }

  async getAttributes(input: QueryInput): Promise<XmlTree> {
    const topic = await this.find(parseTopicArn(input));
    const all = await this.catalog.subscriptions.all();
    const mine = all.filter((subscription) => subscription.topicArn === topic.arn);
    const confirmed = mine.filter((subscription) => subscription.confirmed).length;
    return renderTopicAttributes(topic, { confirmed, pending: mine.length - confirmed });
  }

  async setAttribute(input: QueryInput): Promise<undefined> {
    const arn = parseTopicArn(input);
    const { name, value } = parseTopicAttribute(input);
    const changed = await this.catalog.topics.update(arn, (topic) => ({
      ...topic,
      attributes: { ...topic.attributes, [name]: value },
    }));
    if (!changed) throw topicNotFound();
  }

  async tag(input: QueryInput): Promise<XmlTree> {
    const tags = parseTags(input);
    await this.changeTags(input, (old) => checkTagCount({ ...old, ...tags }));
    return {};
  }

  async untag(input: QueryInput): Promise<XmlTree> {
    const keys = input.list('TagKeys').map((key) => key.ownText);
    await this.changeTags(input, (old) => withoutTags(old, keys));
    return {};
  }

  async listTags(input: QueryInput): Promise<XmlTree> {
    const topic = await this.catalog.topics.get(parseTopicArn(input, 'ResourceArn'));
    if (!topic) throw resourceNotFound();
    return renderTags(topic.tags);
  }

  private async changeTags(input: QueryInput, change: (tags: Topic['tags']) => Topic['tags']): Promise<void> {
    const arn = parseTopicArn(input, 'ResourceArn');
    const changed = await this.catalog.topics.update(arn, (topic) => ({ ...topic, tags: change(topic.tags) }));
    if (!changed) throw resourceNotFound();
  }

  private async find(arn: string): Promise<Topic> {
    const topic = await this.catalog.topics.get(arn);
    if (!topic) throw topicNotFound();
    return topic;
  }
}

function resourceNotFound(): QueryFault {
  return new QueryFault('ResourceNotFound', 'Resource does not exist', 404);
}
