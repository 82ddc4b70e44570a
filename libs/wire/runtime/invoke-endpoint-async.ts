import { EbbError } from '../../core/errors.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import {
  INVOCATION_TIMEOUT_SECONDS,
  MAX_INLINE_INPUT_BYTES,
  REQUEST_TTL_SECONDS,
  type Submission,
} from '../../core/invocation/submission.js';
import { Constraints, type TextRule } from '../aws/constraints.js';
import type { RuntimeReply } from './runtime-reply.js';

/** The names of headers in lower case, as Node gives them; SDKs differ in case. */
const HEADER = {
  accept: 'x-amzn-sagemaker-accept',
  contentType: 'x-amzn-sagemaker-content-type',
  customAttributes: 'x-amzn-sagemaker-custom-attributes',
  filename: 'x-amzn-sagemaker-filename',
  inferenceId: 'x-amzn-sagemaker-inference-id',
  inputLocation: 'x-amzn-sagemaker-inputlocation',
  pathExtension: 'x-amzn-sagemaker-s3outputpathextension',
  timeoutSeconds: 'x-amzn-sagemaker-invocationtimeoutseconds',
  ttlSeconds: 'x-amzn-sagemaker-requestttlseconds',
} as const;

const ASCII: TextRule = { max: 1024, pattern: /^[\0-\x7f]*$/, patternText: '\\p{ASCII}*' };

const RULES = {
  accept: ASCII,
  contentType: ASCII,
  customAttributes: ASCII,
  endpointName: { max: 63, pattern: /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/ },
  filename: { min: 1, max: 32, pattern: /^(?!.*\..*\.)[a-zA-Z0-9][a-zA-Z0-9-_.]*$/ },
  inferenceId: { min: 1, max: 64, pattern: /^\S[\x20-\x7e]*$/, patternText: '\\A\\S[\\p{Print}]*\\z' },
  inputLocation: { min: 1, max: 1024, pattern: /^(https|s3):\/\/([^/]+)\/?(.*)$/s },
  pathExtension: { min: 1, max: 512, pattern: /^(?!s3:|https:)[a-zA-Z0-9!_.*'()/-]+$/ },
} satisfies Record<string, TextRule>;

/**
 * Reads `InvokeEndpointAsync`. The input's type never comes from the HTTP `Content-Type`, which the JavaScript SDK
 * sends even with an empty body. A body of zero bytes counts as absent. Raises `InvalidRequest`.
 */
export function parseInvokeEndpointAsync(
  endpointName: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Uint8Array,
): Submission {
  const constraints = new Constraints();
  const text = (member: keyof typeof RULES & keyof typeof HEADER): string | undefined => {
    const value = headers[HEADER[member]];
    return value === undefined ? undefined : constraints.text(member, value, RULES[member]);
  };
  constraints.requiredText('endpointName', endpointName, RULES.endpointName);
  const location = text('inputLocation');
  if (body.length > MAX_INLINE_INPUT_BYTES) throw bodyTooLong();
  const submission = {
    endpointName,
    inferenceId: text('inferenceId'),
    contentType: text('contentType'),
    accept: text('accept'),
    customAttributes: text('customAttributes'),
    pathExtension: text('pathExtension'),
    filename: text('filename'),
    ttlSeconds: seconds(constraints, 'requestTTLSeconds', headers[HEADER.ttlSeconds], REQUEST_TTL_SECONDS),
    timeoutSeconds: seconds(
      constraints,
      'invocationTimeoutSeconds',
      headers[HEADER.timeoutSeconds],
      INVOCATION_TIMEOUT_SECONDS,
    ),
  };
  constraints.check();
  return { ...submission, input: onlyInput(location, body) };
}

/** Returns the error for a body that is too long, in SageMaker's words, which do not repeat the body. */
export function bodyTooLong(): EbbError {
  return new EbbError(
    'InvalidRequest',
    "1 validation error detected: Value at 'body' failed to satisfy constraint: " +
      `Member must have length less than or equal to ${MAX_INLINE_INPUT_BYTES}`,
  );
}

function onlyInput(location: string | undefined, body: Uint8Array): Submission['input'] {
  if (location !== undefined && body.length > 0) {
    throw new EbbError('InvalidRequest', 'Exactly one of InputLocation and Body must be given: this request has both.');
  }
  if (location !== undefined) return { location };
  if (body.length > 0) return { body };
  throw new EbbError(
    'InvalidRequest',
    'Exactly one of InputLocation and Body must be given: this request has neither.',
  );
}

function seconds(
  constraints: Constraints,
  path: string,
  header: string | string[] | undefined,
  rule: { readonly min: number; readonly max: number },
): number | undefined {
  if (header === undefined) return undefined;
  const value = typeof header === 'string' && /^-?\d{1,12}$/.test(header) ? Number(header) : header;
  return constraints.integer(path, value, rule);
}

/** Returns the response to an accepted `InvokeEndpointAsync`, with the location of its result. */
export function formatInvokeEndpointAsync(invocation: Invocation): RuntimeReply {
  const headers = ['Content-Type', 'application/json', 'X-Amzn-SageMaker-OutputLocation', invocation.outputLocation];
  if (invocation.failureLocation !== undefined) {
    headers.push('X-Amzn-SageMaker-FailureLocation', invocation.failureLocation);
  }
  return { status: 202, headers, body: JSON.stringify({ InferenceId: invocation.inferenceId }) };
}
