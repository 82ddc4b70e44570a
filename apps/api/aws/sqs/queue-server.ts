import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { EbbError } from '../../../../libs/core/errors.js';
import { Config } from '../../../../libs/host/config.js';
import { type EmbeddedQueues, openQueues } from './open-queues.js';

/** An answer in SQS's JSON protocol. */
export interface QueueReply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** `x-amzn-query-error`: the error's name in the Query protocol, and whether the client or the server is at fault. */
  readonly queryError?: string;
}

/**
 * The users' own queues: fauxqs in this process, durable in `<data directory>/sqs`. It has no port, so only its SQS
 * operations can be reached. It is loaded at the first call, because many users never make one.
 */
@Injectable()
export class QueueServer implements OnApplicationShutdown {
  private running: Promise<EmbeddedQueues> | undefined;
  private readonly underWay = new Set<Promise<unknown>>();
  private closed = false;

  constructor(private readonly config: Config) {}

  /** Calls one SQS operation. Raises `Unavailable` once the server is closed. */
  async call(operation: string, input: Readonly<Record<string, unknown>>): Promise<QueueReply> {
    const { app } = await this.start();
    const answer = app.inject({
      method: 'POST',
      url: '/',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` },
      payload: JSON.stringify(input),
    });
    this.underWay.add(answer);
    try {
      const { statusCode, payload, headers } = await answer;
      if (statusCode >= 500) throw new Error(`The embedded queues failed at ${operation}: ${payload}`);
      const body = (payload === '' ? {} : JSON.parse(payload)) as QueueReply['body'];
      return { status: statusCode, body, queryError: headers['x-amzn-query-error'] as string | undefined };
    } finally {
      this.underWay.delete(answer);
    }
  }

  /** Returns how long a receive from this queue waits by default; 0 if there is no such queue. */
  async defaultWaitSeconds(queueName: string): Promise<number> {
    const { store } = await this.start();
    return Number(store.getQueueByName(queueName)?.attributes['ReceiveMessageWaitTimeSeconds'] ?? 0);
  }

  /** Resolves when the queue may have messages, when `ms` have passed, or when `signal` is aborted. */
  async waitForMessages(queueName: string, ms: number, signal: AbortSignal): Promise<void> {
    const { store } = await this.start();
    const queue = store.getQueueByName(queueName);
    if (!queue || signal.aborted) return;
    const over = new AbortController();
    const end = (): void => over.abort();
    signal.addEventListener('abort', end, { once: true });
    try {
      const pause = sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
      await Promise.race([queue.waitForMessages(Math.ceil(ms / 1000)), pause]);
    } finally {
      end();
      signal.removeEventListener('abort', end);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  /** Ends all waiting, lets calls under way finish, and closes the store. */
  async close(): Promise<void> {
    this.closed = true;
    const queues = await this.running;
    this.running = undefined;
    if (!queues) return;
    queues.store.shutdown();
    await Promise.allSettled(this.underWay);
    await queues.app.close();
    queues.persistence.close();
  }

  private async start(): Promise<EmbeddedQueues> {
    if (this.closed) throw new EbbError('Unavailable', 'Ebb is stopping.');
    this.running ??= openQueues(join(this.config.dataDirectory, 'sqs'), this.config.place.region);
    try {
      return await this.running;
    } catch (error) {
      // The next call tries again: the disk may have been full.
      this.running = undefined;
      throw error;
    }
  }
}
