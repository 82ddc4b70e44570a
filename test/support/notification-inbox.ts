import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { CreateTopicCommand, ListSubscriptionsByTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import type { AwsClients } from './aws-clients.js';
import { eventually } from './eventually.js';
import { HeardNotifications } from './heard-notifications.js';

/** An HTTP receiver as a user would write one: confirms its subscriptions and keeps what it is told. */
export class NotificationInbox extends HeardNotifications implements AsyncDisposable {
  private readonly server = createServer((request, response) => void this.receive(request, response));

  static async listen(): Promise<NotificationInbox> {
    const inbox = new NotificationInbox();
    await once(inbox.server.listen(0, '127.0.0.1'), 'listening');
    return inbox;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/inbox`;
  }

  /** A new topic whose messages come here; resolves with its ARN when the handshake is over. */
  async topic({ sns }: AwsClients, Name: string): Promise<string> {
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: this.url }));
    await eventually(`${this.url} has confirmed its subscription`, async () => {
      const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
      return Subscriptions.every(({ SubscriptionArn }) => SubscriptionArn?.startsWith('arn:'));
    });
    return TopicArn!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const envelope = (await json(request)) as Record<string, string>;
      if (envelope['Type'] === 'SubscriptionConfirmation') await fetch(envelope['SubscribeURL']!);
      else this.take(envelope);
      response.end();
    } catch {
      // The sender was killed, or the confirmation did not get through: it is sent again.
      response.writeHead(500).end();
    }
  }
}
