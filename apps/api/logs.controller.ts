import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import {
  BadRequestException,
  Controller,
  Get,
  Headers,
  NotFoundException,
  type OnModuleDestroy,
  Param,
  Query,
  Res,
  ServiceUnavailableException,
} from '@nestjs/common';
import { endpointKey } from '../../libs/core/endpoint.js';
import { isEbbError } from '../../libs/core/errors.js';
import { followLogs } from '../../libs/engine/follow-logs.js';
import { World } from '../../libs/engine/world.js';
import {
  formatLogEvents,
  formatLogPage,
  formatLogStreams,
  type LogRequest,
  readLogRequest,
} from '../../libs/wire/logs.js';
import { Needs } from './v1/access.guard.js';

/** A connection on which nothing is said for longer may be cut by what is in between. */
const HEARTBEAT_MS = 15_000;
/** So many may follow logs at once. */
const MAX_FOLLOWERS = 200;

/** The framework's response, as far as it is needed here. */
interface Reply {
  readonly raw: ServerResponse;
  /** From now on the response is written by hand. */
  hijack(): void;
  send(body: object): void;
}

/** What instances have printed and what Ebb has to say of their invocations, also after their end. */
@Controller('v1/endpoints/:name/logs')
@Needs('read')
export class LogsController implements OnModuleDestroy {
  private readonly followers = new Set<AbortController>();

  constructor(private readonly world: World) {}

  @Get()
  async lines(
    @Param('name') name: string,
    @Query() parameters: Record<string, unknown>,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: Reply,
  ): Promise<void> {
    await this.find(name);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    try {
      const asked = readLogRequest(name, parameters);
      const { query, follow, limit } = asked;
      const after = (follow && lastEventId) || asked.after;
      const page = await this.world.logs.read(query, { after, limit: follow ? 1 : limit }, gone.signal);
      if (follow) await this.follow({ ...asked, after }, reply);
      else reply.send(formatLogPage(page));
    } catch (error) {
      // There is nobody to answer any more.
      if (gone.signal.aborted) return;
      if (isEbbError(error, 'InvalidRequest', 'InvalidNextToken')) throw new BadRequestException(error.message);
      throw error;
    }
  }

  @Get('streams')
  async streams(@Param('name') name: string): Promise<object> {
    await this.find(name);
    return formatLogStreams(await this.world.logs.list(name));
  }

  /** Followers would otherwise keep Ebb from stopping. */
  onModuleDestroy(): void {
    for (const follower of this.followers) follower.abort();
  }

  /** An endpoint that was deleted is still known by its logs. */
  private async find(name: string): Promise<void> {
    if (await this.world.catalog.endpoints.get(endpointKey(name))) return;
    if ((await this.world.logs.list(name)).length > 0) return;
    throw new NotFoundException(`There is no endpoint '${name}'.`);
  }

  private async follow({ query, after }: LogRequest, reply: Reply): Promise<void> {
    if (this.followers.size >= MAX_FOLLOWERS) {
      throw new ServiceUnavailableException(`At most ${MAX_FOLLOWERS} may follow logs at once.`);
    }
    reply.hijack();
    const { raw } = reply;
    const follower = new AbortController();
    this.followers.add(follower);
    raw.once('close', () => follower.abort());
    if (raw.destroyed) follower.abort();
    // The connection goes with its follower, so that it is in nobody's way when Ebb stops.
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'close' });
    raw.flushHeaders();
    const heartbeat = setInterval(() => raw.writableNeedDrain || raw.write(': \n\n'), HEARTBEAT_MS);
    try {
      for await (const page of followLogs(this.world.logs, query, after, follower.signal)) {
        // Whoever reads slowly is read for slowly: no more than one page waits here.
        if (!raw.write(formatLogEvents(page))) await once(raw, 'drain', { signal: follower.signal });
      }
    } catch (error) {
      if (!follower.signal.aborted) this.tellBroken(query.endpointName, error);
    } finally {
      clearInterval(heartbeat);
      this.followers.delete(follower);
      raw.end();
    }
  }

  private tellBroken(endpoint: string, error: unknown): void {
    this.world.log.error('Logs could not be read; whoever followed them was cut off', {
      endpoint,
      reason: String(error),
    });
  }
}
