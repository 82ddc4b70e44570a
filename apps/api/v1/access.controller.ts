import { Controller } from '@nestjs/common';
import { createAccessKey } from '../../../libs/engine/access/create-access-key.js';
import { findAccessKey } from '../../../libs/engine/access/find-access-key.js';
import { revokeAccessKey } from '../../../libs/engine/access/revoke-access-key.js';
import { rotateAccessKey } from '../../../libs/engine/access/rotate-access-key.js';
import { rotateWebhookSecret } from '../../../libs/engine/access/webhook-secrets.js';
import { World } from '../../../libs/engine/world.js';
import { formatAccessKey, formatAuditEntry } from '../../../libs/wire/rest/access/access-key.js';
import {
  CREATE_KEY,
  GET_KEY,
  LIST_AUDIT,
  LIST_KEYS,
  REVOKE_KEY,
  ROTATE_KEY,
  ROTATE_WEBHOOK_SECRET,
  WHO_AM_I,
} from '../../../libs/wire/rest/access/access-routes.js';
import type { Document } from '../../../libs/wire/rest/route.js';
import { Asked, type FrameworkReply } from './asked.js';
import { Serves } from './serves.js';

const PAGE = 100;

/** Serves access keys, the audit, and the identity of the caller. */
@Controller()
export class AccessController {
  constructor(private readonly world: World) {}

  @Serves(LIST_KEYS)
  async list(@Asked() { query, gone }: Asked<typeof LIST_KEYS>): Promise<Document<typeof LIST_KEYS>> {
    const { cursor = '', limit = PAGE } = query;
    const keys = (await this.world.catalog.accessKeys.all(gone)).filter(({ id }) => id > cursor);
    return pageOf(keys, limit, formatAccessKey);
  }

  @Serves(CREATE_KEY)
  async create(@Asked() asked: Asked<typeof CREATE_KEY>): Promise<Document<typeof CREATE_KEY, 201>> {
    const { body, caller, gone, reply } = asked;
    const { key, credential, webhookSecret } = await createAccessKey(this.world, body, caller.name, gone);
    keepToYourself(reply);
    reply.header('location', `/v1/keys/${key.id}`);
    return { ...formatAccessKey(key), ...credential, webhookSecret };
  }

  @Serves(GET_KEY)
  async get(@Asked() { parameters, gone }: Asked<typeof GET_KEY>): Promise<Document<typeof GET_KEY>> {
    return formatAccessKey(await findAccessKey(this.world, parameters.id, gone));
  }

  @Serves(REVOKE_KEY)
  async revoke(@Asked() { parameters }: Asked<typeof REVOKE_KEY>): Promise<Document<typeof REVOKE_KEY>> {
    return formatAccessKey(await revokeAccessKey(this.world, parameters.id));
  }

  @Serves(ROTATE_KEY)
  async rotate(@Asked() asked: Asked<typeof ROTATE_KEY>): Promise<Document<typeof ROTATE_KEY>> {
    const { parameters, body, gone, reply } = asked;
    const { key, credential } = await rotateAccessKey(this.world, parameters.id, body.graceSeconds, gone);
    keepToYourself(reply);
    return { ...formatAccessKey(key), ...credential };
  }

  @Serves(ROTATE_WEBHOOK_SECRET)
  async rotateWebhookSecret(
    @Asked() { parameters, body, gone, reply }: Asked<typeof ROTATE_WEBHOOK_SECRET>,
  ): Promise<Document<typeof ROTATE_WEBHOOK_SECRET>> {
    const { key, webhookSecret } = await rotateWebhookSecret(this.world, parameters.id, body.graceSeconds, gone);
    keepToYourself(reply);
    return { ...formatAccessKey(key), webhookSecret };
  }

  @Serves(LIST_AUDIT)
  async audit(@Asked() { query, gone }: Asked<typeof LIST_AUDIT>): Promise<Document<typeof LIST_AUDIT>> {
    const { cursor: before, keyId, limit = PAGE } = query;
    const entries = await this.world.catalog.audit.list({ before, keyId, limit: limit + 1 }, gone);
    return pageOf(entries, limit, formatAuditEntry);
  }

  @Serves(WHO_AM_I)
  whoAmI(@Asked() { caller }: Asked<typeof WHO_AM_I>): Document<typeof WHO_AM_I> {
    const { endpoints, ...rest } = caller;
    return { ...rest, ...(endpoints && { endpoints: [...endpoints] }) };
  }
}

/** Forbids caches to keep the answer, because it contains secrets. */
function keepToYourself(reply: FrameworkReply): void {
  reply.header('cache-control', 'no-store');
}

function pageOf<T extends { readonly id: string }, View>(
  found: readonly T[],
  limit: number,
  format: (item: T) => View,
): { items: View[]; nextCursor?: string } {
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return { items: page.map(format), ...(last && { nextCursor: last.id }) };
}
