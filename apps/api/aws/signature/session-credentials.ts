import { randomBytes } from 'node:crypto';
import { isEbbError } from '../../../../libs/core/errors.js';
import type { World } from '../../../../libs/engine/world.js';
import type { TemporaryCredentials } from '../../../../libs/wire/sts/sts.js';

/** The content of a session token. */
export interface Session {
  /** The access key that the session was issued to; absent if no key was needed. */
  readonly keyId?: string;
  readonly secretAccessKey: string;
  readonly expiresAt: number;
}

/** Issues temporary credentials. Ebb stores none of them: the session token holds the session, sealed. */
export class SessionCredentials {
  constructor(private readonly world: Pick<World, 'clock' | 'secrets'>) {}

  issue(keyId: string | undefined, durationSeconds: number): TemporaryCredentials {
    const { clock, secrets } = this.world;
    const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    const secretAccessKey = randomBytes(30).toString('base64');
    const expiresAt = clock.now() + durationSeconds * 1000;
    const session: Session = { ...(keyId !== undefined && { keyId }), secretAccessKey, expiresAt };
    const sessionToken = secrets.seal(JSON.stringify(session), purposeOf(accessKeyId));
    return { accessKeyId, secretAccessKey, sessionToken, expiresAt };
  }

  /**
   * Returns the session for which the token was issued with this access key id; `undefined` if it was not issued here.
   */
  open(accessKeyId: string, sessionToken: string): Session | undefined {
    try {
      return JSON.parse(this.world.secrets.open(sessionToken, purposeOf(accessKeyId))) as Session;
    } catch (error) {
      if (isEbbError(error, 'Unavailable')) return undefined;
      throw error;
    }
  }
}

function purposeOf(accessKeyId: string): string {
  return `session ${accessKeyId}`;
}
