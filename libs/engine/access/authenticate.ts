import { type AccessKey, callerOf, isUsable, keyIdOf, validCredentials } from '../../core/access/access-key.js';
import { ANONYMOUS, type Caller, permits } from '../../core/access/caller.js';
import { EbbError, isOutage } from '../../core/errors.js';
import { type AccessWorld, type OwnCredential, secretKeyPurpose } from './access-material.js';

/** `open` lets in whoever comes without credentials, and lets them do everything; `keys` lets in nobody without a key. */
export type AccessMode = 'open' | 'keys';

/** What a signature of an access key id may have been made with, and for whom it then is. */
export interface SigningSecrets {
  readonly caller: Caller;
  /** In plain text, newest first; more than one while a rotation's grace lasts. */
  readonly secrets: readonly string[];
}

/** Ebb itself, to its own queues. */
const EBB: Caller = { name: 'Ebb', role: 'operate' };

/** How long a change that another process made may go unnoticed here. */
const STALE_AFTER_MS = 5_000;
const USE_RECORDED_EVERY_MS = 60_000;

/** Recognises callers by what they show. It knows every key by heart, so that a request costs no read of the catalog. */
export class Authenticator {
  private keys: ReadonlyMap<string, AccessKey> = new Map();
  private freshUntil = -Infinity;
  /** Counts what is known to have changed. */
  private changes = 0;
  private loading: Promise<void> | undefined;
  /** AWS secrets in plain text, by how they are sealed; only those that were asked for since the keys were read. */
  private readonly opened = new Map<string, string>();
  private readonly usedAt = new Map<string, number>();
  private readonly unsubscribe: () => void;

  constructor(
    private readonly world: AccessWorld,
    readonly mode: AccessMode,
    /** With which this process calls itself. */
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

  /** Whoever shows nothing. Raises `Unauthenticated` where a key is needed. */
  anonymous(): Caller {
    if (this.mode === 'open') return ANONYMOUS;
    throw new EbbError('Unauthenticated', 'Credentials are needed: send Authorization: Bearer and the token of a key.');
  }

  /** Whoever shows a bearer token; one that is not valid is refused in every mode. Raises `Unauthenticated`. */
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

  /** What may have signed in the name of an access key; absent where nobody gets in with it. */
  async secretsOf(accessKeyId: string): Promise<SigningSecrets | undefined> {
    if (accessKeyId === this.own?.accessKeyId) return { caller: EBB, secrets: [this.own.secretAccessKey] };
    const key = await this.key(accessKeyId);
    const valid = key ? validCredentials(key, this.world.clock.now()) : [];
    if (!key || valid.length === 0) return undefined;
    return { caller: callerOf(key), secrets: valid.map(({ sealedSecretKey }) => this.plain(key.id, sealedSecretKey)) };
  }

  /** Whether it is known at this moment, without a look at the record, that nobody gets in with this access key. */
  isUnknown(accessKeyId: string): boolean {
    const isFresh = this.world.clock.now() < this.freshUntil;
    return isFresh && accessKeyId !== this.own?.accessKeyId && !this.keys.has(accessKeyId);
  }

  /** To be told of callers whose signature was right; it is written down once a minute. */
  async used({ keyId }: Caller): Promise<void> {
    if (keyId === undefined) return;
    const now = this.world.clock.now();
    if (now - (this.usedAt.get(keyId) ?? -Infinity) < USE_RECORDED_EVERY_MS) return;
    this.usedAt.set(keyId, now);
    try {
      await this.world.catalog.accessKeys.update(keyId, (key) => ({ ...key, lastUsedAt: now }));
    } catch (error) {
      // Nobody is refused because this cannot be written: a full disk is when an operator has to get in.
      if (!isOutage(error)) throw error;
    }
  }

  /** Whether anybody could operate all of Ebb with a key. */
  async hasOperator(): Promise<boolean> {
    const now = this.world.clock.now();
    const keys = await this.current();
    return [...keys.values()].some((key) => permits(callerOf(key), 'operate') && isUsable(key, now));
  }

  private async key(id: string | undefined): Promise<AccessKey | undefined> {
    return id === undefined ? undefined : (await this.current()).get(id);
  }

  /** Many requests at once share one read; a read that began before a change is not taken for what came of it. */
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
