import { z } from 'zod';
import { EbbError } from '../../../core/errors.js';
import type { Submission } from '../../../core/invocation/submission.js';
import { labels } from './labels.js';
import { BrokenRules } from '../problem.js';
import { acceptOf, submissionFields as fields } from './submission-fields.js';

const INPUTS = ['input', 'inputBase64', 'inputLocation'] as const;

/** One line of a batch: an invocation with its input or its input location. */
export const batchLine = z
  .strictObject({
    input: z
      .unknown()
      .optional()
      .describe('Any JSON value; with a `contentType` other than JSON, a text as it stands.'),
    inputBase64: z.base64('must be base64').optional().describe('In place of `input`.'),
    inputLocation: fields.inputLocation.optional().describe('In place of `input`.'),
    contentType: fields.contentType.optional(),
    accept: fields.accept.optional(),
    idempotencyKey: fields.idempotencyKey.optional(),
    callbackUrl: fields.callbackUrl.optional(),
    priority: fields.priority.optional(),
    deadline: fields.deadline.optional(),
    timeToLiveSeconds: fields.timeToLive.optional(),
    invocationTimeoutSeconds: fields.invocationTimeout.optional(),
    labels: labels.optional(),
    inferenceId: fields.inferenceId.optional(),
    customAttributes: fields.customAttributes.optional(),
  })
  .refine((line) => INPUTS.filter((name) => line[name] !== undefined).length === 1, {
    error: `must have exactly one of ${INPUTS.join(', ')}`,
  })
  .meta({ id: 'BatchLine' });

/** Reads one line of a batch. Raises `InvalidRequest` with every broken rule. */
export function readBatchLine(line: Uint8Array): Omit<Submission, 'endpointName' | 'submittedBy'> {
  const { data, error } = batchLine.safeParse(readDocument(line));
  if (!data) {
    throw new BrokenRules(
      error.issues.map(({ message, path }) => ({ field: ['line', ...path.map(String)].join('.'), rule: message })),
    );
  }
  return {
    ...inputOf(data),
    accept: acceptOf(data.accept),
    customAttributes: data.customAttributes,
    inferenceId: data.inferenceId,
    idempotencyKey: data.idempotencyKey,
    callbackUrl: data.callbackUrl,
    priority: data.priority,
    labels: data.labels,
    ttlSeconds: data.timeToLiveSeconds,
    startBy: data.deadline,
    timeoutSeconds: data.invocationTimeoutSeconds,
  };
}

function readDocument(line: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  } catch (cause) {
    throw new EbbError('InvalidRequest', 'line: must be a JSON document in UTF-8', { cause });
  }
}

const JSON_TYPE = /^application\/(.+\+)?json\s*(;|$)/i;

/** Passes a text on as it stands if `contentType` states another type than JSON, and any other value as JSON. */
function inputOf({
  contentType,
  input,
  inputBase64,
  inputLocation: location,
}: z.output<typeof batchLine>): Pick<Submission, 'input' | 'contentType'> {
  if (location !== undefined) return { input: { location }, contentType };
  if (inputBase64 !== undefined) return { input: { body: bytesOf(inputBase64) }, contentType };
  const isText = typeof input === 'string' && contentType !== undefined && !JSON_TYPE.test(contentType);
  const body = new TextEncoder().encode(isText ? input : JSON.stringify(input));
  return { input: { body }, contentType: contentType ?? 'application/json' };
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
