import { DescribeModelCommand, ListNotebookInstancesCommand } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import { createModel } from '../support/deploy.js';

const SIGNED = { authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/sagemaker/aws4_request' };

let host: ControlHost;
beforeAll(async () => {
  host = await openControlHost();
  await createModel(host);
});
afterAll(() => host.close());

async function post(headers: Record<string, string>, body: string): Promise<unknown[]> {
  const response = await fetch(host.url, { method: 'POST', headers: { ...SIGNED, ...headers }, body });
  expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
  expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  const { __type: type } = (await response.json()) as { __type: string };
  expect(response.headers.get('x-amzn-errortype')).toBe(type);
  return [response.status, type];
}

function target(operation: string): Record<string, string> {
  return { 'x-amz-target': `SageMaker.${operation}` };
}

describe('a request that does not follow the protocol', () => {
  it.each([
    ['malformed JSON', target('CreateModel'), '{"ModelName":', [400, 'SerializationException']],
    ['JSON that is no structure', target('CreateModel'), '[]', [400, 'SerializationException']],
    ['a member of the wrong type', target('DescribeModel'), '{"ModelName":5}', [400, 'ValidationException']],
    ['no body where members are required', target('DescribeModel'), '', [400, 'ValidationException']],
    ['an unknown operation', target('Frobnicate'), '{}', [400, 'UnknownOperationException']],
    ['a word that every object has', target('constructor'), '{}', [400, 'UnknownOperationException']],
    ['no operation', {}, '{}', [400, 'UnknownOperationException']],
    ['a body that is too long', target('ListModels'), ' '.repeat(1_048_577), [413, 'RequestEntityTooLarge']],
  ] as const)('gets its own error: %s', async (_, headers, body, expected) => {
    expect(await post(headers, body)).toEqual(expected);
  });

  it('does not affect the next request, and is not logged as a fault', async () => {
    await post(target('CreateModel'), '{');
    expect((await host.sagemaker.send(new DescribeModelCommand({ ModelName: 'ocr-model' }))).ModelName).toBeDefined();
    expect(host.errors).toEqual([]);
  });
});

describe('an operation of AWS that Ebb does not support', () => {
  it('is unknown, which the SDK recognises by name and does not retry', async () => {
    await expect(host.sagemaker.send(new ListNotebookInstancesCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: "SageMaker's operation ListNotebookInstances is not supported by Ebb yet.",
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
  });
});

describe('a fault of Ebb itself', () => {
  it('is answered without its details, which are logged', async () => {
    // A record that another program has broken.
    await host.world.catalog.models.create('broken', null as never);
    expect(await post(target('ListModels'), '{}')).toEqual([500, 'InternalFailure']);
    await host.world.catalog.models.delete('broken');
    expect(host.errors.splice(0)).toEqual([expect.stringContaining('TypeError')]);
  });
});
