import type { AccessKeyRequest } from '../../../libs/core/access/access-key.js';
import { isEbbError } from '../../../libs/core/errors.js';
import type { AccessWorld } from '../../../libs/engine/access/access-material.js';
import type { AccessKeyDocument, CreatedKeyDocument, RotatedKeyDocument } from '../client/documents.js';
import { Failure } from '../outcome/failure.js';
import { serviceEnvironment } from './service-environment.js';
import type { Session } from './session.js';

/** The access keys of one Ebb, whichever way they are reached. */
export interface AccessKeys {
  all(): Promise<AccessKeyDocument[]>;
  create(request: AccessKeyRequest): Promise<CreatedKeyDocument>;
  rotate(id: string, graceSeconds: number): Promise<RotatedKeyDocument>;
  revoke(id: string): Promise<AccessKeyDocument>;
}

/** Acts on the keys of a running Ebb, or, with `local`, on those in the data directory of one that is stopped. */
export async function withAccessKeys(
  session: Session,
  { local }: { readonly local?: boolean },
  act: (keys: AccessKeys) => Promise<void>,
): Promise<void> {
  if (local) await withLocalKeys(session, act);
  else await act(keysOf(session.client));
}

function keysOf(client: Session['client']): AccessKeys {
  return {
    all: () => client.keys(),
    create: (request) => client.createKey(request),
    rotate: (id, graceSeconds) => client.rotateKey(id, graceSeconds),
    revoke: (id) => client.revokeKey(id),
  };
}

async function withLocalKeys(
  { environment, signal }: Session,
  act: (keys: AccessKeys) => Promise<void>,
): Promise<void> {
  // The store is loaded by none but who needs it: that takes longer than everything else together.
  const [{ Config }, { openAccess }] = await Promise.all([
    import('../../../libs/host/config.js'),
    import('../../../libs/host/open-access.js'),
  ]);
  try {
    const variables = serviceEnvironment(environment);
    const access = openAccess(Config.read(variables, variables['EBB_DATA_DIR']!));
    try {
      await act(await localKeys(access.world, signal));
    } finally {
      access.close();
    }
  } catch (error) {
    throw inWords(error);
  }
}

async function localKeys(world: AccessWorld, signal: AbortSignal): Promise<AccessKeys> {
  const { formatAccessKey } = await import('../../../libs/wire/rest/access/access-key.js');
  const { createAccessKey } = await import('../../../libs/engine/access/create-access-key.js');
  const { rotateAccessKey } = await import('../../../libs/engine/access/rotate-access-key.js');
  const { revokeAccessKey } = await import('../../../libs/engine/access/revoke-access-key.js');
  return {
    all: async () => (await world.catalog.accessKeys.all(signal)).map(formatAccessKey),
    async create(request) {
      const { credential, key, webhookSecret } = await createAccessKey(world, request, 'ebb keys --local', signal);
      return { ...formatAccessKey(key), ...credential, webhookSecret };
    },
    async rotate(id, graceSeconds) {
      const { credential, key } = await rotateAccessKey(world, id, graceSeconds, signal);
      return { ...formatAccessKey(key), ...credential };
    },
    revoke: async (id) => formatAccessKey(await revokeAccessKey(world, id, signal)),
  };
}

function inWords(error: unknown): unknown {
  if (isEbbError(error, 'Unavailable')) {
    return new Failure('conflict', error.message, {
      advice: 'Leave --local out while Ebb runs, or stop it.',
      cause: error,
    });
  }
  if (isEbbError(error, 'AccessKeyNotFound')) return new Failure('notFound', error.message, { cause: error });
  if (isEbbError(error) || (error as Error).name === 'ConfigError') {
    return new Failure('usage', (error as Error).message, { cause: error });
  }
  return error;
}
