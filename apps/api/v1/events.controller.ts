import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Controller, type OnModuleDestroy } from '@nestjs/common';
import { EbbError, messageOf } from '../../../libs/core/errors.js';
import { isSettled } from '../../../libs/core/invocation/invocation.js';
import { findFollowed } from '../../../libs/engine/invocation/find-followed.js';
import { InvocationWatch } from '../../../libs/engine/invocation/invocation-watch.js';
import { ProgressBook } from '../../../libs/engine/invocation/progress-book.js';
import { World } from '../../../libs/engine/world.js';
import { FOLLOW_INVOCATION } from '../../../libs/wire/rest/invocation/event-routes.js';
import { type EventPosition, eventsSince, positionOf } from '../../../libs/wire/rest/invocation/invocation-events.js';
import { Asked } from './asked.js';
import { Serves } from './serves.js';

/** The longest silence on a connection. Proxies may cut a connection that is silent for longer. */
const HEARTBEAT_MS = 15_000;
/** The most requests that may follow invocations at once. */
const MAX_FOLLOWERS = 10_000;

/** Follows invocations: streams each change as it happens, to many followers. */
@Controller()
export class EventsController implements OnModuleDestroy {
  private followers = 0;

  constructor(
    private readonly world: World,
    private readonly watch: InvocationWatch,
    private readonly book: ProgressBook,
  ) {}

  @Serves(FOLLOW_INVOCATION)
  async follow(@Asked() { caller, gone, headers, parameters, reply }: Asked<typeof FOLLOW_INVOCATION>): Promise<void> {
    const { id } = await findFollowed(this.world, caller, parameters.id, gone);
    if (this.followers >= MAX_FOLLOWERS) {
      throw new EbbError('Unavailable', `At most ${MAX_FOLLOWERS} requests may follow invocations at once.`);
    }
    const { raw } = reply;
    reply.hijack();
    this.followers += 1;
    // The connection closes with its follower, so that it does not keep Ebb from stopping.
    const fixed = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'close' };
    raw.writeHead(200, { ...reply.getHeaders(), ...fixed });
    raw.flushHeaders();
    const heartbeat = setInterval(() => raw.writableNeedDrain || raw.write(': \n\n'), HEARTBEAT_MS);
    try {
      await this.tellAll(id, positionOf(headers['last-event-id']), raw, gone);
    } finally {
      clearInterval(heartbeat);
      this.followers -= 1;
    }
  }

  /** Ends all watching, because followers and waiting requests would keep Ebb from stopping. */
  onModuleDestroy(): void {
    this.watch.stop();
  }

  private async tellAll(id: string, from: EventPosition, raw: ServerResponse, gone: AbortSignal): Promise<void> {
    let position = from;
    try {
      for await (const invocation of this.watch.changes(id, gone)) {
        const events = eventsSince(invocation, this.book.since(id, position.report), position);
        position = events.position;
        // A slow reader gets the newest state when it reads on; no events are queued here.
        if (events.text !== '' && !raw.write(events.text)) await drained(raw, gone);
        if (isSettled(invocation.state)) break;
      }
    } catch (error) {
      if (!gone.aborted)
        this.world.log.error('Following an invocation failed; the follower was cut off', {
          invocationId: id,
          reason: messageOf(error),
        });
    } finally {
      raw.end();
    }
  }
}

/** Resolves when more can be written, or when the client has gone. */
function drained(raw: ServerResponse, gone: AbortSignal): Promise<unknown> {
  return once(raw, 'drain', { signal: gone }).catch(() => undefined);
}
