import { randomUUID } from 'node:crypto';
import type { AdmittedCall } from '../../apps/api/aws/admitted-call.js';
import { ANONYMOUS } from '../../libs/core/access/caller.js';
import { type RequestHead, classify } from '../../libs/wire/aws/aws-request.js';

/** Lets every request in, for hosts of single surfaces that have no gate. */
export function admitAnyone({ method = 'GET', url = '/', headers }: Partial<RequestHead>): AdmittedCall {
  const call = classify({ method, url, headers: headers ?? {} });
  return { ...call, caller: ANONYMOUS, requestId: randomUUID(), permit: () => Promise.resolve() };
}
