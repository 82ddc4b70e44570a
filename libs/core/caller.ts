/**
 * What a caller may do. `submit` hands in work, and sees and cancels its own; `read` sees everything; `operate` does
 * everything.
 */
export type Role = 'submit' | 'read' | 'operate';

/** On whose behalf a request is served. */
export interface Caller {
  /** Of the access key; absent for those who need none. */
  readonly keyId?: string;
  /** What people call the key. */
  readonly name: string;
  readonly role: Role;
  /** Names of endpoints, or prefixes that end in `*`; absent means all. */
  readonly endpoints?: readonly string[];
}

/** Whoever comes without credentials where none are needed. */
export const ANONYMOUS: Caller = { name: 'anonymous', role: 'operate' };
