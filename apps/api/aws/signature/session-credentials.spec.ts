import { beforeEach, describe, expect, it } from 'vitest';
import type { AccessKey } from '../../../../libs/core/access/access-key.js';
import { InProcessSignals } from '../../../../libs/drivers/signals/in-process.js';
import { createAccessKey } from '../../../../libs/engine/access/create-access-key.js';
import { revokeAccessKey } from '../../../../libs/engine/access/revoke-access-key.js';
import { classify } from '../../../../libs/wire/aws/aws-request.js';
import { MemoryCatalog } from '../../../../test/support/memory-catalog.js';
import { MemorySecrets } from '../../../../test/support/memory-secrets.js';
import { openVerifier } from '../../../../test/support/open-gate.js';
import { signHeaders } from '../../../../test/support/sign-request.js';
import { VirtualClock } from '../../../../test/support/virtual-clock.js';
import type { ReadRequest } from '../../read-body.js';
import type { VerifiedCall } from '../admitted-call.js';
import type { SessionCredentials } from './session-credentials.js';
import type { SignableCall, SignatureVerifier } from './signature-verifier.js';

const URL_PATH = '/bucket';
const HOUR_SECONDS = 3600;
const world = {
  catalog: new MemoryCatalog(),
  clock: new VirtualClock(),
  secrets: new MemorySecrets(),
  signals: new InProcessSignals(),
};
let key: AccessKey;
let sessions: SessionCredentials;
let verifier: SignatureVerifier;

beforeEach(async () => {
  ({ key } = await createAccessKey(world, { name: 'one', role: 'submit' }, 'the test'));
  ({ sessions, verifier } = openVerifier(world, 'keys'));
});

type Given = ReturnType<SessionCredentials['issue']>;

async function call({ accessKeyId, secretAccessKey, sessionToken }: Given): Promise<VerifiedCall> {
  const signer = { accessKeyId, secretAccessKey, sessionToken, service: 's3', at: new Date(world.clock.now()) };
  const headers = await signHeaders(signer, { method: 'GET', url: `http://localhost${URL_PATH}` });
  const request = { method: 'GET', url: URL_PATH, headers, rawHeaders: Object.entries(headers).flat() };
  return verifier.verify(request as unknown as ReadRequest, classify(request) as SignableCall);
}

describe('temporary credentials', () => {
  it('act for their key until they expire', async () => {
    const given = sessions.issue(key.id, HOUR_SECONDS);
    expect(given.expiresAt).toBe(world.clock.now() + HOUR_SECONDS * 1000);
    await world.clock.advance(HOUR_SECONDS * 1000 - 1);
    expect(await call(given)).toMatchObject({ caller: { keyId: key.id, role: 'submit' } });
    await world.clock.advance(1);
    await expect(call(given)).rejects.toMatchObject({ flaw: { kind: 'session', problem: 'expired' } });
  });

  it('end when their key is revoked', async () => {
    const given = sessions.issue(key.id, HOUR_SECONDS);
    await revokeAccessKey(world, key.id);
    await expect(call(given)).rejects.toMatchObject({ flaw: { kind: 'unknown-key' } });
  });

  it('without a key are refused if a key is needed', async () => {
    await expect(call(sessions.issue(undefined, HOUR_SECONDS))).rejects.toMatchObject({
      flaw: { kind: 'unknown-key' },
    });
  });

  it('are refused if the token belongs to another access key id', async () => {
    const [one, other] = [sessions.issue(key.id, HOUR_SECONDS), sessions.issue(key.id, HOUR_SECONDS)];
    const mixed = { ...one, sessionToken: other.sessionToken };
    await expect(call(mixed)).rejects.toMatchObject({ flaw: { kind: 'session', problem: 'invalid' } });
  });
});
