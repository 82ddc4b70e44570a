import { type AccessKey, callerOf, isUsable, keyIdOf, validCredentials } from '../../core/access/access-key.js';
import { ANONYMOUS, type Caller, permits } from '../../core/access/caller.js';
import { EbbError, isOutage } from '../../core/errors.js';
import { type AccessWorld, type OwnCredential, secretKeyPurpose } from './access-material.js';

/**
 * How callers without credentials are treated: `open` lets them in and lets them do everything; `keys` refuses them.
 */
export type AccessMode = 'open' | 'keys';

/** The secrets that may have signed a request of an access key id, and the caller that such a request comes from. */
export interface SigningSecrets {
  readonly caller: Caller;
  /** In plain text, newest first; several while the grace of a rotation lasts. */
  readonly secrets: readonly string[];
}

/** The caller when Ebb calls its own queues. */
const EBB: Caller = { name: 'Ebb', role: 'operate' };

/** How long a change by another process may go unnoticed here. */
const STALE_AFTER_MS = 5_000;
const USE_RECORDED_EVERY_MS = 60_000;

/**
 * Recognises callers by their credentials. It holds every key in memory, so that a request costs no read of the
 * catalog.
 */
export class Authenticator {
  private keys: ReadonlyMap<string, AccessKey> = new Map();
  private freshUntil = -Infinity;
  /** The number of changes that were signalled. */
  private changes = 0;
  private loading: Promise<void> | undefined;
  /** AWS secrets in plain text, by their sealed form: those that were used since the keys were last read. */
  private readonly opened = new Map<string, string>();
  private readonly usedAt = new Map<string, number>();
  private readonly unsubscribe: () => void;

  constructor(
    private readonly world: AccessWorld,
    readonly mode: AccessMode,
    /** The credential with which this process calls itself. */
    private readonly own?: OwnCredential,
  ) {
    this.unsubscribe = world.signals.subscribe(({ kind }) => {
      if (kind !== 'access-keys') return;
      this.changes += 1;
      this.freshUntil = -Infinity;
    });
  }

  close(): void {
    this.unsubscribe();
  }

  /** Returns the caller without credentials. Raises `Unauthenticated` if a key is required. */
  anonymous(): Caller {
    if (this.mode === 'open') return ANONYMOUS;
    throw new EbbError('Unauthenticated', 'Credentials are needed: send Authorization: Bearer and the token of a key.');
  }

  /** Returns the caller with a bearer token. Raises `Unauthenticated` for an invalid token, in `open` mode too. */
  async bearer(token: string): Promise<Caller> {
    const { clock, secrets } = this.world;
    const key = await this.key(keyIdOf(token));
    const known = key ? validCredentials(key, clock.now()) : [];
    if (!key || !known.some(({ tokenHash }) => secrets.matches(token, tokenHash))) {
      throw new EbbError('Unauthenticated', 'The bearer token is not valid: it is unknown, replaced or revoked.');
    }
    const caller = callerOf(key);
    await this.used(caller);
    return caller;
  }

  /** Returns the secrets that may have signed for an access key; undefined if the key lets nobody in. */
  async secretsOf(accessKeyId: string): Promise<SigningSecrets | undefined> {
    if (accessKeyId === this.own?.accessKeyId) return { caller: EBB, secrets: [this.own.secretAccessKey] };
    const key = await this.key(accessKeyId);
    const valid = key ? validCredentials(key, this.world.clock.now()) : [];
    if (!key || valid.length === 0) return undefined;
    return { caller: callerOf(key), secrets: valid.map(({ sealedSecretKey }) => this.plain(key.id, sealedSecretKey)) };
  }

  /** Whether the keys in memory are fresh and show that this access key lets nobody in. */
  isUnknown(accessKeyId: string): boolean {
    const isFresh = this.world.clock.now() < this.freshUntil;
    return isFresh && accessKeyId !== this.own?.accessKeyId && !this.keys.has(accessKeyId);
  }

  /** Notes that a caller's credential was valid. It is recorded at most once a minute. */
  async used({ keyId }: Caller): Promise<void> {
    if (keyId === undefined) return;
    const now = this.world.clock.now();
    if (now - (this.usedAt.get(keyId) ?? -Infinity) < USE_RECORDED_EVERY_MS) return;
    this.usedAt.set(keyId, now);
    try {
      await this.world.catalog.accessKeys.update(keyId, (key) => ({ ...key, lastUsedAt: now }));
    } catch (error) {
      // A failed write refuses no caller: an operator has to get in when the disk is full.
      if (!isOutage(error)) throw error;
    }
  }

  /** Whether any key allows its owner to operate all of Ebb. */
  async hasOperator(): Promise<boolean> {
    const now = this.world.clock.now();
    const keys = await this.current();
    return [...keys.values()].some((key) => permits(callerOf(key), 'operate') && isUsable(key, now));
  }

  private async key(id: string | undefined): Promise<AccessKey | undefined> {
    return id === undefined ? undefined : (await this.current()).get(id);
  }

  /**
   * Returns the current keys. Concurrent requests share one read; the result of a read that began before a change is
   * not kept as fresh.
   */
  private async current(): Promise<ReadonlyMap<string, AccessKey>> {
    while (this.world.clock.now() >= this.freshUntil) await (this.loading ??= this.load());
    return this.keys;
  }

  private async load(): Promise<void> {
    const { changes } = this;
    try {
      const keys = await this.world.catalog.accessKeys.all();
      this.keys = new Map(keys.map((key) => [key.id, key]));
      this.opened.clear();
      if (changes === this.changes) this.freshUntil = this.world.clock.now() + STALE_AFTER_MS;
    } finally {
      this.loading = undefined;
    }
  }

  private plain(keyId: string, sealed: string): string {
    const plain = this.opened.get(sealed) ?? this.world.secrets.open(sealed, secretKeyPurpose(keyId));
    this.opened.set(sealed, plain);
    return plain;
  }
}
