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

/** A connection on which nothing is said for longer may be cut by what is in between. */
const HEARTBEAT_MS = 15_000;
/** So many may follow invocations at once. */
const MAX_FOLLOWERS = 10_000;

/** Follows invocations: each change is told as it happens, to each of many. */
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
      throw new EbbError('Unavailable', `At most ${MAX_FOLLOWERS} may follow invocations at once.`);
    }
    const { raw } = reply;
    reply.hijack();
    this.followers += 1;
    // The connection goes with its follower, so that it is in nobody's way when Ebb stops.
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

  /** Whoever follows or waits would otherwise keep Ebb from stopping. */
  onModuleDestroy(): void {
    this.watch.stop();
  }

  private async tellAll(id: string, from: EventPosition, raw: ServerResponse, gone: AbortSignal): Promise<void> {
    let position = from;
    try {
      for await (const invocation of this.watch.changes(id, gone)) {
        const events = eventsSince(invocation, this.book.since(id, position.report), position);
        position = events.position;
        // Whoever reads slowly is told what there is by then: nothing waits here.
        if (events.text !== '' && !raw.write(events.text)) await drained(raw, gone);
        if (isSettled(invocation.state)) break;
      }
    } catch (error) {
      if (!gone.aborted) this.world.log.error('A follower was cut off', { invocationId: id, reason: messageOf(error) });
    } finally {
      raw.end();
    }
  }
}

/** Resolves when more can be written, or nobody is there any more. */
function drained(raw: ServerResponse, gone: AbortSignal): Promise<unknown> {
  return once(raw, 'drain', { signal: gone }).catch(() => undefined);
}
