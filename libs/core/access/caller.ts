/**
 * The roles of callers. `submit` submits invocations, and sees and cancels its own; `read` sees everything; `operate`
 * does everything.
 */
export const ROLES = ['submit', 'read', 'operate'] as const;
export type Role = (typeof ROLES)[number];

/** The limits of one access key; an absent limit means none. */
export interface Quotas {
  /** The most queued invocations. */
  readonly queuedInvocations?: number;
  /** The most running invocations; a key that has reached it may submit no more until one ends. */
  readonly runningInvocations?: number;
  /** The most bytes of queued inputs that came with their requests. */
  readonly queuedBytes?: number;
  readonly requestsPerMinute?: number;
}

/** The caller on whose behalf a request is served. */
export interface Caller {
  /** The id of the access key; absent if no key is needed. */
  readonly keyId?: string;
  /** The name that people gave the key. */
  readonly name: string;
  readonly role: Role;
  /** Endpoint names, or prefixes that end in `*`; absent means all. */
  readonly endpoints?: readonly string[];
  readonly quotas?: Quotas;
}

/** The caller without credentials, if none are needed. */
export const ANONYMOUS: Caller = { name: 'anonymous', role: 'operate' };

/** The kinds of request that roles allow. `follow` is to see one invocation, or its result. */
export type Action = 'submit' | 'follow' | 'read' | 'operate';

const ALLOWED: Readonly<Record<Role, readonly Action[]>> = {
  submit: ['submit', 'follow'],
  read: ['follow', 'read'],
  operate: ['submit', 'follow', 'read', 'operate'],
};

/**
 * Returns whether the caller may do this to the endpoint. Without an endpoint, the action concerns all endpoints, which
 * a caller confined to some of them may not touch.
 */
export function permits(caller: Caller, action: Action, endpointName?: string): boolean {
  if (!roleAllows(caller.role, action)) return false;
  return endpointName === undefined ? caller.endpoints === undefined : covers(caller, endpointName);
}

/** Returns whether the role allows this action on any endpoint. */
export function roleAllows(role: Role, action: Action): boolean {
  return ALLOWED[role].includes(action);
}

/** Returns whether the caller's scopes include the endpoint. */
export function covers({ endpoints }: Pick<Caller, 'endpoints'>, endpointName: string): boolean {
  if (endpoints === undefined) return true;
  // Endpoint names are unique without their case.
  const name = endpointName.toLowerCase();
  return endpoints.some((scope) => {
    const pattern = scope.toLowerCase();
    return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  });
}

/**
 * Returns whether the caller may see an invocation or, with `cancel`, end it. A caller that may only submit has access
 * to its own invocations alone.
 */
export function mayFollow(
  caller: Caller,
  invocation: { readonly endpointName: string; readonly submittedBy?: string },
  purpose: 'see' | 'cancel' = 'see',
): boolean {
  if (!covers(caller, invocation.endpointName)) return false;
  if (caller.role === 'submit') return caller.keyId !== undefined && caller.keyId === invocation.submittedBy;
  return purpose === 'see' || caller.role === 'operate';
}
