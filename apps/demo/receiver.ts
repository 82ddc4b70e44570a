import { EventEmitter, on, once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** The notification of one invocation, as SageMaker publishes it. */
export interface InvocationNotification {
  readonly inferenceId: string;
  readonly invocationStatus: 'Completed' | 'Failed';
  readonly failureReason?: string;
  readonly receivedTime: string;
  readonly eventTime: string;
  readonly responseParameters?: { readonly outputLocation: string; readonly contentType?: string };
}

/** An HTTP receiver as a user would write one: it confirms its subscriptions and keeps the notifications. */
export class Receiver {
  readonly notifications: InvocationNotification[] = [];
  /** The topics whose test notification has arrived. */
  readonly tested = new Set<string>();
  private readonly events = new EventEmitter();
  private readonly server = createServer((request, response) => void this.receive(request, response));

  static async listen(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.server.listen(0, '127.0.0.1');
    await once(receiver.server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/notifications`;
  }

  /** Yields every notification from now on. */
  arrivals(signal: AbortSignal): AsyncIterable<InvocationNotification[]> {
    return on(this.events, 'notification', { signal }) as AsyncIterable<InvocationNotification[]>;
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const envelope = JSON.parse(await text(request)) as Record<string, string>;
    response.end();
    if (envelope['Type'] === 'SubscriptionConfirmation') {
      await fetch(envelope['SubscribeURL']!);
      return;
    }
    const message = JSON.parse(envelope['Message']!) as { eventName: string } & InvocationNotification;
    if (message.eventName === 'TestNotification') {
      this.tested.add(envelope['TopicArn']!);
      return;
    }
    this.notifications.push(message);
    this.events.emit('notification', message);
  }
}
