import { Controller } from '@nestjs/common';
import { EbbError } from '../../../libs/core/errors.js';
import type { KnownDelivery } from '../../../libs/core/ports/outbox.js';
import { findFollowed } from '../../../libs/engine/invocation/find-followed.js';
import { World } from '../../../libs/engine/world.js';
import { formatCursor, readCursor } from '../../../libs/wire/rest/cursor.js';
import {
  GET_DELIVERY,
  LIST_DELIVERIES,
  LIST_INVOCATION_DELIVERIES,
  REDELIVER,
  formatDelivery,
} from '../../../libs/wire/rest/invocation/delivery-routes.js';
import type { Document } from '../../../libs/wire/rest/route.js';
import { Asked } from './asked.js';
import { Serves } from './serves.js';

const PAGE = 100;

/** Serves deliveries: lists them, shows their outcome, and sends them again. */
@Controller()
export class DeliveriesController {
  constructor(private readonly world: World) {}

  @Serves(LIST_DELIVERIES)
  async list(@Asked() { gone, query }: Asked<typeof LIST_DELIVERIES>): Promise<Document<typeof LIST_DELIVERIES>> {
    const { cursor, limit = PAGE, state } = query;
    // One more than the page shows whether there is another page.
    const found = await this.world.outbox.list({ state, after: readCursor(cursor), limit: limit + 1 }, gone);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return { items: page.map(formatDelivery), ...(last && { nextCursor: formatCursor(last.delivery.id) }) };
  }

  @Serves(GET_DELIVERY)
  async show(@Asked() { gone, parameters }: Asked<typeof GET_DELIVERY>): Promise<Document<typeof GET_DELIVERY>> {
    return formatDelivery(await this.find(parameters.id, gone));
  }

  @Serves(REDELIVER)
  async redeliver(@Asked() { parameters }: Asked<typeof REDELIVER>): Promise<Document<typeof REDELIVER, 202>> {
    const { clock, outbox, signals } = this.world;
    await outbox.redeliver(parameters.id, clock.now());
    signals.notify({ kind: 'outbox' });
    return formatDelivery(await this.find(parameters.id));
  }

  @Serves(LIST_INVOCATION_DELIVERIES)
  async ofInvocation(
    @Asked() { caller, gone, parameters }: Asked<typeof LIST_INVOCATION_DELIVERIES>,
  ): Promise<Document<typeof LIST_INVOCATION_DELIVERIES>> {
    const { id } = await findFollowed(this.world, caller, parameters.id, gone);
    return { items: (await this.world.outbox.ofInvocation(id, gone)).map(formatDelivery) };
  }

  private async find(id: string, signal?: AbortSignal): Promise<KnownDelivery> {
    const known = await this.world.outbox.find(id, signal);
    if (!known) throw new EbbError('DeliveryNotFound', `There is no delivery '${id}'.`);
    return known;
  }
}
