import type { Place } from '../../core/arn.js';

type Json = Readonly<Record<string, unknown>>;

/** The fixed account of the embedded queues. */
const EMBEDDED_ACCOUNT = '000000000000';

/** Queue attributes that hold ARNs of queues and have an effect in the embedded queues. */
const ARN_ATTRIBUTES = ['QueueArn', 'RedrivePolicy', 'RedriveAllowPolicy'];

/** Moves requests from Ebb's account into the account of the embedded queues, and moves answers back. */
export class AccountTranslation {
  constructor(private readonly place: Place) {}

  /** Moves a request. The URL of a queue in another account becomes the URL of no queue. */
  toEmbedded(input: Json): Json {
    const moved: Record<string, unknown> = { ...input };
    if (typeof input['QueueUrl'] === 'string') {
      moved['QueueUrl'] = embeddedUrl(queueNameOf(input['QueueUrl'], this.place.accountId) ?? '');
    }
    if (isStructure(input['Attributes'])) {
      moved['Attributes'] = this.moveArns(input['Attributes'], this.place.accountId, EMBEDDED_ACCOUNT);
    }
    return moved;
  }

  /** Moves an answer. `baseUrl` is the URL by which the caller reached Ebb; queue URLs in the answer start with it. */
  fromEmbedded(output: Json, baseUrl: string): Json {
    const moved: Record<string, unknown> = { ...output };
    const urlOf = (url: unknown): string => this.queueUrl(baseUrl, String(url));
    if (output['QueueUrl'] !== undefined) moved['QueueUrl'] = urlOf(output['QueueUrl']);
    if (Array.isArray(output['QueueUrls'])) moved['QueueUrls'] = output['QueueUrls'].map(urlOf);
    if (isStructure(output['Attributes'])) {
      moved['Attributes'] = this.moveArns(output['Attributes'], EMBEDDED_ACCOUNT, this.place.accountId);
    }
    if (Array.isArray(output['Messages'])) {
      moved['Messages'] = output['Messages'].map((message: Json) => this.withSender(message));
    }
    return moved;
  }

  private queueUrl(baseUrl: string, embedded: string): string {
    return `${baseUrl}/${this.place.accountId}/${embedded.slice(embedded.lastIndexOf('/') + 1)}`;
  }

  private moveArns(attributes: Json, from: string, to: string): Json {
    const moved = { ...attributes };
    for (const name of ARN_ATTRIBUTES) {
      const value = moved[name];
      if (typeof value === 'string') moved[name] = value.replaceAll(this.arnPrefix(from), this.arnPrefix(to));
    }
    return moved;
  }

  private arnPrefix(accountId: string): string {
    return `arn:aws:sqs:${this.place.region}:${accountId}:`;
  }

  private withSender(message: Json): Json {
    const attributes = message['Attributes'] as Json | undefined;
    if (attributes?.['SenderId'] === undefined) return message;
    return { ...message, Attributes: { ...attributes, SenderId: this.place.accountId } };
  }
}

/** Returns the name of the queue that a queue URL of this account names; undefined for other URLs. */
export function queueNameOf(queueUrl: string, accountId: string): string | undefined {
  const match = /^(?:https?:\/\/[^/]+)?\/(\d{12})\/([^/?]+)\/?$/.exec(queueUrl);
  return match?.[1] === accountId ? match[2] : undefined;
}

function isStructure(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

function embeddedUrl(name: string): string {
  return `http://localhost/${EMBEDDED_ACCOUNT}/${name}`;
}
