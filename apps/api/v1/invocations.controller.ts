import { Controller } from '@nestjs/common';
import { type Caller, covers, mayFollow } from '../../../libs/core/access/caller.js';
import { EbbError } from '../../../libs/core/errors.js';
import type { Invocation } from '../../../libs/core/invocation/invocation.js';
import type { InvocationQuery } from '../../../libs/core/ports/invocations.js';
import { cancelInvocation } from '../../../libs/engine/invocation/cancel-invocation.js';
import {
  MAX_MATCHED,
  type ManyOutcome,
  type ManyRequest,
  changeMany,
} from '../../../libs/engine/invocation/change-many.js';
import { findFollowed } from '../../../libs/engine/invocation/find-followed.js';
import { InvocationWatch } from '../../../libs/engine/invocation/invocation-watch.js';
import { matchingInvocations } from '../../../libs/engine/invocation/matching-invocations.js';
import { ProgressBook } from '../../../libs/engine/invocation/progress-book.js';
import { redriveInvocation } from '../../../libs/engine/invocation/redrive-invocation.js';
import { Situations } from '../../../libs/engine/situation/situations.js';
import { World } from '../../../libs/engine/world.js';
import { formatCursor, readCursor } from '../../../libs/wire/rest/cursor.js';
import {
  formatInvocation,
  formatInvocationSummary,
  urlOf,
} from '../../../libs/wire/rest/invocation/invocation-document.js';
import {
  CANCEL_INVOCATION,
  CANCEL_INVOCATIONS,
  DELETE_INVOCATION,
  GET_INVOCATION,
  LIST_INVOCATIONS,
  REDRIVE_INVOCATION,
  REDRIVE_INVOCATIONS,
  listingOf,
  selectionOf,
} from '../../../libs/wire/rest/invocation/invocation-routes.js';
import type { Document } from '../../../libs/wire/rest/route.js';
import { Asked } from './asked.js';
import { Serves } from './serves.js';

const PAGE = 100;

/** Serves invocations: shows and lists them, cancels them, and runs them again. */
@Controller()
export class InvocationsController {
  constructor(
    private readonly world: World,
    private readonly situations: Situations,
    private readonly watch: InvocationWatch,
    private readonly book: ProgressBook,
  ) {}

  @Serves(LIST_INVOCATIONS)
  async list(
    @Asked() { caller, gone, query }: Asked<typeof LIST_INVOCATIONS>,
  ): Promise<Document<typeof LIST_INVOCATIONS>> {
    const { cursor, limit = PAGE } = query;
    const listing = { ...ownOf(caller, listingOf(query)), after: readCursor(cursor) };
    const items: Invocation[] = [];
    let [looked, lastLooked] = [0, ''];
    const isSeen = (invocation: Invocation): boolean => {
      looked += 1;
      lastLooked = invocation.id;
      return mayFollow(caller, invocation);
    };
    // One more than the page shows whether there is another page.
    const search = { query: listing, isMeant: isSeen, maxLooked: MAX_MATCHED };
    for await (const invocation of matchingInvocations(this.world.invocations, search, gone)) {
      items.push(invocation);
      if (items.length > limit) break;
    }
    const page = items.slice(0, limit);
    // If the search stops at its limit, a page that is not full may still not be the last.
    const beyond = looked >= MAX_MATCHED ? lastLooked : undefined;
    const last = items.length > limit ? page.at(-1)!.id : beyond;
    return {
      items: page.map(formatInvocationSummary),
      ...(last !== undefined && { nextCursor: formatCursor(last) }),
    };
  }

  @Serves(GET_INVOCATION)
  async show(
    @Asked() { caller, gone, parameters, query }: Asked<typeof GET_INVOCATION>,
  ): Promise<Document<typeof GET_INVOCATION>> {
    const invocation = await findFollowed(this.world, caller, parameters.id, gone);
    if (query.wait === undefined) return this.describe(invocation);
    return this.describe((await this.watch.settled(invocation.id, query.wait * 1000, gone)) ?? invocation);
  }

  @Serves(CANCEL_INVOCATION)
  async cancel(
    @Asked() { caller, parameters }: Asked<typeof CANCEL_INVOCATION>,
  ): Promise<Document<typeof CANCEL_INVOCATION>> {
    return this.cancelOne(caller, parameters.id);
  }

  @Serves(DELETE_INVOCATION)
  async delete(
    @Asked() { caller, parameters }: Asked<typeof DELETE_INVOCATION>,
  ): Promise<Document<typeof DELETE_INVOCATION>> {
    return this.cancelOne(caller, parameters.id);
  }

  @Serves(REDRIVE_INVOCATION)
  async redrive(
    @Asked() { caller, parameters, reply }: Asked<typeof REDRIVE_INVOCATION>,
  ): Promise<Document<typeof REDRIVE_INVOCATION, 202>> {
    const { id } = await findFollowed(this.world, caller, parameters.id);
    const invocation = await redriveInvocation(this.world, id);
    reply.header('location', urlOf(invocation));
    return this.describe(invocation);
  }

  @Serves(CANCEL_INVOCATIONS)
  async cancelMany(
    @Asked() { body, caller, gone }: Asked<typeof CANCEL_INVOCATIONS>,
  ): Promise<Document<typeof CANCEL_INVOCATIONS>> {
    const outcome = await this.changeMany(caller, body, gone, {
      isMeant: () => true,
      change: (id) => cancelInvocation(this.world, id),
    });
    return { ...formatOutcome(outcome), cancelled: outcome.changed.length };
  }

  @Serves(REDRIVE_INVOCATIONS)
  async redriveMany(
    @Asked() { body, caller, gone }: Asked<typeof REDRIVE_INVOCATIONS>,
  ): Promise<Document<typeof REDRIVE_INVOCATIONS>> {
    const outcome = await this.changeMany(caller, body, gone, {
      isMeant: ({ redrivenAs }) => redrivenAs === undefined,
      change: (id) => redriveInvocation(this.world, id),
    });
    return { ...formatOutcome(outcome), redriven: outcome.changed.length };
  }

  private async cancelOne(caller: Caller, id: string): Promise<Document<typeof CANCEL_INVOCATION>> {
    const invocation = await findFollowed(this.world, caller, id);
    if (!mayFollow(caller, invocation, 'cancel')) {
      throw new EbbError('AccessDenied', `The role ${caller.role} may not cancel invocations that others submitted.`);
    }
    return this.describe(await cancelInvocation(this.world, id));
  }

  private changeMany(
    caller: Caller,
    body: Asked<typeof CANCEL_INVOCATIONS>['body'] | Asked<typeof REDRIVE_INVOCATIONS>['body'],
    gone: AbortSignal,
    { isMeant, change }: Pick<ManyRequest, 'isMeant' | 'change'>,
  ): Promise<ManyOutcome> {
    return changeMany(
      this.world,
      {
        query: selectionOf(body),
        isMeant: (invocation) => covers(caller, invocation.endpointName) && isMeant(invocation),
        change,
        limit: body.limit,
        isDryRun: body.dryRun,
      },
      gone,
    );
  }

  private async describe(invocation: Invocation): Promise<Document<typeof GET_INVOCATION>> {
    const situation = await this.situations.ofInvocation(invocation);
    const isQueued = invocation.state === 'Queued';
    const position = isQueued ? await this.world.invocations.position(invocation.id) : undefined;
    return formatInvocation(situation, position, this.book.since(invocation.id));
  }
}

/** Limits the query to the caller's own invocations if the caller's role is `submit`. */
function ownOf(caller: Caller, query: InvocationQuery): InvocationQuery {
  return caller.role === 'submit' ? { ...query, submittedBy: caller.keyId } : query;
}

function formatOutcome({ matched, changed, refused }: ManyOutcome) {
  return {
    matched,
    invocations: changed.map(formatInvocationSummary),
    refused: refused.map(({ id, error }) => ({ id, code: error.code, detail: error.message })),
  };
}
