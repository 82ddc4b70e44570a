import { type IncomingMessage, get } from 'node:http';
import { type EventSourceMessage, createParser } from 'eventsource-parser';

/** One event of those that follow an invocation. */
export interface FollowedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Somebody who follows an invocation, on a connection of their own, as a browser does. */
export class FollowedEvents {
  private readonly events: FollowedEvent[] = [];
  private readonly ended: Promise<void>;
  private isOver = false;
  private wake = (): void => undefined;

  private constructor(private readonly answer: IncomingMessage) {
    const parser = createParser({ onEvent: (event) => this.take(event) });
    this.ended = new Promise((resolve) => {
      answer.setEncoding('utf8');
      answer.on('data', (text: string) => parser.feed(text));
      answer.on('error', () => undefined);
      answer.on('close', () => {
        this.isOver = true;
        this.wake();
        resolve();
      });
    });
  }

  /** Resolves when the stream has begun. */
  static open(url: string, id: string, lastEventId?: string): Promise<FollowedEvents> {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    return new Promise((resolve, reject) => {
      const request = get(`${url}/v1/invocations/${id}/events`, { headers, agent: false }, (answer) => {
        if (answer.statusCode === 200) resolve(new FollowedEvents(answer));
        else reject(new Error(`Following was answered with ${answer.statusCode}.`));
      });
      request.once('error', reject);
    });
  }

  /** The next event. Raises where the stream ends before. */
  async next(): Promise<FollowedEvent> {
    while (this.events.length === 0) {
      if (this.isOver) throw new Error('The stream has ended.');
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return this.events.shift()!;
  }

  /** All events that are still to come, when the stream has ended. */
  async all(): Promise<FollowedEvent[]> {
    await this.ended;
    return this.events.splice(0);
  }

  leave(): void {
    this.answer.destroy();
  }

  private take({ id = '', event = '', data }: EventSourceMessage): void {
    this.events.push({ id, event, data: JSON.parse(data) as FollowedEvent['data'] });
    this.wake();
  }
}
