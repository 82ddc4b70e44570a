import type { SageMakerServiceException } from '@aws-sdk/client-sagemaker';
import { expect } from 'vitest';
import type { ControlHost } from './control-host.js';

/** A command of the SDK, whose own types leave out what is to be refused. */
export type Command = object;

/** What is wrong, the request, and what is said of it. */
export type Refusal = readonly [what: string, command: Command, message: string];

/** What the SDK makes of the error, which must be a validation error. */
export async function refusalOf(host: ControlHost, command: Command): Promise<string> {
  const error = await host.sagemaker.send(command as never).then(
    () => new Error('It was not refused.'),
    (refusal: unknown) => refusal as SageMakerServiceException,
  );
  expect(error).toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } });
  return error.message;
}

/** The whole message of one violation. */
export function one(path: string, value: unknown, constraint: string): string {
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  return `1 validation error detected: Value '${shown}' at '${path}' failed to satisfy constraint: ${constraint}`;
}

export function missing(path: string): string {
  return one(path, 'null', 'Member must not be null');
}

export function unmatched(path: string, value: string, pattern: string): string {
  return one(path, value, `Member must satisfy regular expression pattern: ${pattern}`);
}

export function tooSmall(path: string, value: number, least: number): string {
  return one(path, value, `Member must have value greater than or equal to ${least}`);
}

export function tooLarge(path: string, value: number, most: number): string {
  return one(path, value, `Member must have value less than or equal to ${most}`);
}

export function tooLong(path: string, value: unknown, most: number): string {
  return one(path, value, `Member must have length less than or equal to ${most}`);
}

export function notOneOf(path: string, value: unknown, values: readonly unknown[]): string {
  return one(path, value, `Member must satisfy enum value set: [${values.join(', ')}]`);
}

/** Sends JSON as it stands, for members that the SDK does not know, and reads the answer. */
export async function sendJson(host: ControlHost, operation: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(host.url, {
    method: 'POST',
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/sagemaker/aws4_request',
      'x-amz-target': `SageMaker.${operation}`,
    },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Record<string, unknown>;
}
