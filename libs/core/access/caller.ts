/**
 * What a caller may do. `submit` hands in work, and sees and cancels its own; `read` sees everything; `operate` does
 * everything.
 */
export const ROLES = ['submit', 'read', 'operate'] as const;
export type Role = (typeof ROLES)[number];

/** What one access key may have at a time, or ask for; absent means without a limit. */
export interface Quotas {
  /** Invocations that wait. */
  readonly queuedInvocations?: number;
  /** Invocations that run; who has so many may submit no more until one ends. */
  readonly runningInvocations?: number;
  /** Of inputs that were sent along and wait. */
  readonly queuedBytes?: number;
  readonly requestsPerMinute?: number;
}

/** On whose behalf a request is served. */
export interface Caller {
  /** Of the access key; absent for those who need none. */
  readonly keyId?: string;
  /** What people call the key. */
  readonly name: string;
  readonly role: Role;
  /** Names of endpoints, or prefixes that end in `*`; absent means all. */
  readonly endpoints?: readonly string[];
  readonly quotas?: Quotas;
}

/** Whoever comes without credentials where none are needed. */
export const ANONYMOUS: Caller = { name: 'anonymous', role: 'operate' };

/** What can be asked for. `follow` is to look at one invocation, or at what became of it. */
export type Action = 'submit' | 'follow' | 'read' | 'operate';

const ALLOWED: Readonly<Record<Role, readonly Action[]>> = {
  submit: ['submit', 'follow'],
  read: ['follow', 'read'],
  operate: ['submit', 'follow', 'read', 'operate'],
};

/**
 * Whether the caller may do this to the endpoint. Without an endpoint it is asked about what belongs to all of them, which
 * whoever is confined to some may not touch.
 */
export function permits(caller: Caller, action: Action, endpointName?: string): boolean {
  if (!roleAllows(caller.role, action)) return false;
  return endpointName === undefined ? caller.endpoints === undefined : covers(caller, endpointName);
}

/** Whether the role is for this at all, wherever it is to be done. */
export function roleAllows(role: Role, action: Action): boolean {
  return ALLOWED[role].includes(action);
}

/** Whether the endpoint is one of those that the caller is confined to. */
export function covers({ endpoints }: Pick<Caller, 'endpoints'>, endpointName: string): boolean {
  if (endpoints === undefined) return true;
  // The case of an endpoint's name does not tell two endpoints apart.
  const name = endpointName.toLowerCase();
  return endpoints.some((scope) => {
    const pattern = scope.toLowerCase();
    return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  });
}

/** Whether the caller may see, or with `cancel` end, an invocation: who may only submit has to do with its own alone. */
export function mayFollow(
  caller: Caller,
  invocation: { readonly endpointName: string; readonly submittedBy?: string },
  purpose: 'see' | 'cancel' = 'see',
): boolean {
  if (!covers(caller, invocation.endpointName)) return false;
  if (caller.role === 'submit') return caller.keyId !== undefined && caller.keyId === invocation.submittedBy;
  return purpose === 'see' || caller.role === 'operate';
}
