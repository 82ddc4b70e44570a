import { z } from 'zod';
import {
  ENDPOINT_SCOPE,
  KEY_NAME,
  MAX_GRACE_SECONDS,
  MAX_KEY_ENDPOINTS,
  MAX_KEY_NAME_LENGTH,
} from '../../../core/access/access-key.js';
import { ROLES } from '../../../core/access/caller.js';
import { pageOf, paging, time } from '../fields.js';
import { route } from '../route.js';

const MAX_BODY_BYTES = 65_536;

const quota = z.int('must be a whole number').min(1, 'must be at least 1').optional();

const quotas = z
  .strictObject({
    queuedInvocations: quota.describe('Invocations that wait.'),
    runningInvocations: quota.describe('Invocations that run; with so many, no more may be submitted.'),
    queuedBytes: quota.describe('Of inputs that were sent along and wait.'),
    requestsPerMinute: quota,
  })
  .describe('What the key may have at a time, or ask for; what is absent has no limit.');

const role = z
  .enum(ROLES)
  .describe('`submit` hands in work and follows its own, `read` sees everything, `operate` does everything.');

const endpoints = z
  .array(z.string().regex(ENDPOINT_SCOPE, 'must be the name of an endpoint, or a prefix that ends in `*`'))
  .min(1, 'must name at least one')
  .max(MAX_KEY_ENDPOINTS, `must name at most ${MAX_KEY_ENDPOINTS}`)
  .describe('Names of endpoints, or prefixes that end in `*`; absent means all.');

const validity = z.object({ createdAt: time, validUntil: time.optional() });

/** An access key as it is shown, without its secrets. */
export const accessKey = z
  .object({
    id: z.string().describe('Also the AWS access key id.'),
    name: z.string(),
    role,
    endpoints: z.array(z.string()).optional(),
    quotas: quotas.optional(),
    createdAt: time,
    createdBy: z.string(),
    lastUsedAt: time.optional().describe('To the minute.'),
    revokedAt: time.optional(),
    credentials: z.array(validity).describe('Newest first; two while the grace of a rotation lasts.'),
    webhookSecrets: z.array(validity).describe('Newest first; two while the grace of a rotation lasts.'),
  })
  .meta({ id: 'AccessKey' });

const credential = {
  token: z.string().describe('For `Authorization: Bearer`. Shown this once.'),
  secretAccessKey: z.string().describe("For AWS's clients, with the key's id. Shown this once."),
};
const webhookSecret = z.string().describe('What callbacks are signed with. Shown this once.');

const byId = z.object({ id: z.string().min(1).max(64, 'must have at most 64 characters') });

const rotation = {
  schema: z.strictObject({
    graceSeconds: z
      .int('must be a whole number')
      .min(0, 'must be at least 0')
      .max(MAX_GRACE_SECONDS, `must be at most ${MAX_GRACE_SECONDS}`)
      .optional()
      .describe('How long what it replaces is good as well; a day unless told.'),
  }),
  maxBytes: MAX_BODY_BYTES,
  isOptional: true,
} as const;

export const LIST_KEYS = route({
  id: 'listKeys',
  method: 'GET',
  path: '/v1/keys',
  chapter: 'Access',
  summary: 'Every access key',
  description: 'Revoked ones are remembered for 90 days.',
  access: 'operate',
  query: z.strictObject(paging),
  answers: {
    200: { description: 'A page of keys, by id.', content: { 'application/json': pageOf(accessKey) } },
  },
});

export const CREATE_KEY = route({
  id: 'createKey',
  method: 'POST',
  path: '/v1/keys',
  chapter: 'Access',
  summary: 'Make an access key',
  description: 'What lets somebody in is in this answer and nowhere else: Ebb itself cannot show it again.',
  access: 'operate',
  body: {
    schema: z.strictObject({
      name: z
        .string()
        .max(MAX_KEY_NAME_LENGTH, `must have at most ${MAX_KEY_NAME_LENGTH} characters`)
        .regex(KEY_NAME, 'must be letters, digits, spaces or any of . @ : + - _'),
      role,
      endpoints: endpoints.optional(),
      quotas: quotas.optional(),
    }),
    maxBytes: MAX_BODY_BYTES,
  },
  answers: {
    201: {
      description: 'The key, with its secrets.',
      headers: { Location: 'Where the key is shown from now on, without its secrets.' },
      content: { 'application/json': accessKey.extend({ ...credential, webhookSecret }).meta({ id: 'CreatedKey' }) },
    },
  },
  errors: ['LimitExceeded'],
});

export const GET_KEY = route({
  id: 'getKey',
  method: 'GET',
  path: '/v1/keys/{id}',
  chapter: 'Access',
  summary: 'One access key',
  access: 'operate',
  parameters: byId,
  answers: { 200: { description: 'The key.', content: { 'application/json': accessKey } } },
  errors: ['AccessKeyNotFound'],
});

export const REVOKE_KEY = route({
  id: 'revokeKey',
  method: 'DELETE',
  path: '/v1/keys/{id}',
  chapter: 'Access',
  summary: 'Revoke an access key',
  description: 'Nobody gets in with it from now on. What it has submitted goes on, and is told of.',
  access: 'operate',
  parameters: byId,
  answers: { 200: { description: 'The key, revoked.', content: { 'application/json': accessKey } } },
  errors: ['AccessKeyNotFound'],
});

export const ROTATE_KEY = route({
  id: 'rotateKey',
  method: 'POST',
  path: '/v1/keys/{id}:rotate',
  chapter: 'Access',
  summary: "Replace a key's token and AWS secret",
  access: 'operate',
  parameters: byId,
  body: rotation,
  answers: {
    200: {
      description: 'The key, with its new secrets.',
      content: { 'application/json': accessKey.extend(credential).meta({ id: 'RotatedKey' }) },
    },
  },
  errors: ['AccessKeyNotFound'],
});

export const ROTATE_WEBHOOK_SECRET = route({
  id: 'rotateWebhookSecret',
  method: 'POST',
  path: '/v1/keys/{id}:rotate-webhook-secret',
  chapter: 'Access',
  summary: 'Replace what callbacks of a key are signed with',
  description: 'During the grace they bear two signatures. The id `anonymous` stands for callers without a key.',
  access: 'operate',
  parameters: byId,
  body: rotation,
  answers: {
    200: {
      description: 'The key, with its new webhook secret.',
      content: { 'application/json': accessKey.extend({ webhookSecret }).meta({ id: 'RotatedWebhookSecret' }) },
    },
  },
  errors: ['AccessKeyNotFound'],
});

const auditEntry = z
  .object({
    id: z.string(),
    at: time,
    keyId: z.string().optional().describe('Absent where nobody needs a key.'),
    callerName: z.string(),
    role,
    action: z
      .string()
      .describe('A route, such as `createKey`, or an AWS operation, such as `sagemaker:CreateEndpoint`.'),
    method: z.string(),
    path: z.string(),
    from: z.string().optional().describe('The address that the request came from.'),
    requestId: z.string(),
    status: z.int().optional().describe('Absent where no answer was sent.'),
  })
  .meta({ id: 'AuditEntry' });

export const LIST_AUDIT = route({
  id: 'listAudit',
  method: 'GET',
  path: '/v1/audit',
  chapter: 'Access',
  summary: 'What operators did, newest first',
  description: 'Entries are kept for 90 days, and 100,000 of them.',
  access: 'operate',
  query: z.strictObject({
    ...paging,
    keyId: z.string().max(64).optional().describe('Only what was done with this key.'),
  }),
  answers: { 200: { description: 'A page of entries.', content: { 'application/json': pageOf(auditEntry) } } },
});

export const WHO_AM_I = route({
  id: 'whoAmI',
  method: 'GET',
  path: '/v1/whoami',
  chapter: 'Access',
  summary: 'Who the request is from, and what they may do',
  access: 'submit',
  isConfined: true,
  answers: {
    200: {
      description: 'The caller.',
      content: {
        'application/json': z
          .object({
            keyId: z.string().optional().describe('Absent where nobody needs a key.'),
            name: z.string(),
            role,
            endpoints: z.array(z.string()).optional(),
            quotas: quotas.optional(),
          })
          .meta({ id: 'Caller' }),
      },
    },
  },
});

/** All routes of this file. */
export const ACCESS_ROUTES = [
  LIST_KEYS,
  CREATE_KEY,
  GET_KEY,
  REVOKE_KEY,
  ROTATE_KEY,
  ROTATE_WEBHOOK_SECRET,
  LIST_AUDIT,
  WHO_AM_I,
] as const;
