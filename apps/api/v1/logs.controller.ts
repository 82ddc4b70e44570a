import { once } from 'node:events';
import { Controller, type OnModuleDestroy } from '@nestjs/common';
import { endpointKey } from '../../../libs/core/endpoint/endpoint.js';
import { EbbError, messageOf } from '../../../libs/core/errors.js';
import type { LogPage, LogQuery } from '../../../libs/core/ports/logs.js';
import { MAX_LINES_AT_ONCE, followLogs } from '../../../libs/engine/instance/follow-logs.js';
import { missingEndpoint } from '../../../libs/engine/endpoint/find-endpoint.js';
import { World } from '../../../libs/engine/world.js';
import {
  formatLogEvents,
  formatLogPage,
  formatLogStreams,
  logRequestOf,
} from '../../../libs/wire/rest/endpoint/log-document.js';
import { GET_LOGS, LIST_LOG_STREAMS } from '../../../libs/wire/rest/endpoint/log-routes.js';
import type { Document } from '../../../libs/wire/rest/route.js';
import { Asked, type FrameworkReply } from './asked.js';
import { Serves } from './serves.js';

/** The longest silence on a connection. Proxies may cut a connection that is silent for longer. */
const HEARTBEAT_MS = 15_000;
/** The most requests that may follow logs at once. */
const MAX_FOLLOWERS = 200;

/** Serves the output of instances and Ebb's own lines about their invocations, also after an instance has ended. */
@Controller()
export class LogsController implements OnModuleDestroy {
  private readonly followers = new Set<AbortController>();

  constructor(private readonly world: World) {}

  @Serves(GET_LOGS)
  async lines(@Asked() asked: Asked<typeof GET_LOGS>): Promise<Document<typeof GET_LOGS> | undefined> {
    const { gone, headers, parameters, reply } = asked;
    await this.find(parameters.name, gone);
    const { query, follow, section } = logRequestOf(parameters.name, asked.query);
    const lastEventId = follow ? headers['last-event-id'] : undefined;
    const wanted = lastEventId === undefined ? section : { after: lastEventId, limit: MAX_LINES_AT_ONCE };
    // Reads before following too, so that a place that does not exist in the log can still be refused.
    const page = await this.world.logs.read(query, wanted, gone);
    if (!follow) return formatLogPage(page);
    await this.follow(query, page, reply, gone);
    return undefined;
  }

  @Serves(LIST_LOG_STREAMS)
  async streams(
    @Asked() { gone, parameters }: Asked<typeof LIST_LOG_STREAMS>,
  ): Promise<Document<typeof LIST_LOG_STREAMS>> {
    await this.find(parameters.name, gone);
    return formatLogStreams(await this.world.logs.list(parameters.name, gone));
  }

  /** Ends all followers, because they would keep Ebb from stopping. */
  onModuleDestroy(): void {
    for (const follower of this.followers) follower.abort();
  }

  /** Raises `EndpointNotFound` unless the endpoint exists or has logs, which outlive it. */
  private async find(name: string, signal: AbortSignal): Promise<void> {
    if (await this.world.catalog.endpoints.get(endpointKey(name), signal)) return;
    if ((await this.world.logs.list(name, signal)).length > 0) return;
    missingEndpoint(this.world.place, name);
  }

  private async follow(query: LogQuery, first: LogPage, reply: FrameworkReply, gone: AbortSignal): Promise<void> {
    if (this.followers.size >= MAX_FOLLOWERS) {
      throw new EbbError('Unavailable', `At most ${MAX_FOLLOWERS} requests may follow logs at once.`);
    }
    reply.hijack();
    const { raw } = reply;
    const follower = new AbortController();
    this.followers.add(follower);
    const leave = (): void => follower.abort();
    gone.addEventListener('abort', leave);
    if (gone.aborted) leave();
    // The connection closes with its follower, so that it does not keep Ebb from stopping.
    const fixed = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'close' };
    raw.writeHead(200, { ...reply.getHeaders(), ...fixed });
    raw.flushHeaders();
    const heartbeat = setInterval(() => raw.writableNeedDrain || raw.write(': \n\n'), HEARTBEAT_MS);
    try {
      for await (const page of followLogs(this.world.logs, query, first, follower.signal)) {
        // The log is read at the follower's pace: at most one page waits here.
        if (!raw.write(formatLogEvents(page))) await once(raw, 'drain', { signal: follower.signal });
      }
    } catch (error) {
      if (!follower.signal.aborted) this.tellBroken(query.endpointName, error);
    } finally {
      clearInterval(heartbeat);
      gone.removeEventListener('abort', leave);
      this.followers.delete(follower);
      raw.end();
    }
  }

  private tellBroken(endpoint: string, error: unknown): void {
    this.world.log.error('Logs could not be read; their follower was cut off', {
      endpoint,
      reason: messageOf(error),
    });
  }
}
