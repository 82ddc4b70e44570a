import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeyedEbb, startWithKeys } from '../support/keyed-ebb.js';
import { type Signer, presign, signHeaders } from '../support/sign-request.js';

const MINUTE_MS = 60_000;
let ebb: KeyedEbb<'operate'>;

beforeAll(async () => {
  ebb = await startWithKeys({ operate: { role: 'operate' } });
});
afterAll(() => ebb[Symbol.asyncDispose]());

const url = () => `${ebb.url}/`;

function signerFor(service: string, at?: Date): Signer {
  const { key, credential } = ebb.keys.operate;
  return { accessKeyId: key.id, secretAccessKey: credential.secretAccessKey, service, ...(at && { at }) };
}

describe('a request to a service that speaks JSON', () => {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'SageMaker.ListModels' };
  const send = (more: Record<string, string>, body = '{}') =>
    fetch(url(), { method: 'POST', headers: { ...headers, ...more }, body });

  it.each([
    [{}, 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
    [{ authorization: 'Bearer token' }, 'IncompleteSignatureException', "Unsupported AWS 'algorithm': 'Bearer'."],
    [
      { authorization: 'AWS4-HMAC-SHA256 Credential=a' },
      'IncompleteSignatureException',
      "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter.",
    ],
    [
      { authorization: 'AWS4-HMAC-SHA256 what' },
      'IncompleteSignatureException',
      "'what' not a valid key=value pair (missing equal-sign) in Authorization header.",
    ],
    [
      { authorization: 'AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c' },
      'IncompleteSignatureException',
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    ],
    [
      {
        authorization: 'AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c',
        'x-amz-date': '20260101T000000Z',
      },
      'IncompleteSignatureException',
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b'",
    ],
  ])('with %o is refused', async (more, type, message) => {
    const answer = await send(more as Record<string, string>);
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([400, type]);
    expect(await answer.json()).toEqual({ __type: type, message });
  });

  it('is refused with a body other than the signed one', async () => {
    const signed = await signHeaders(signerFor('sagemaker'), { method: 'POST', url: url(), headers, body: '{}' });
    expect((await send(signed)).status).toBe(200);
    const answer = await send(signed, '{ }');
    expect(await answer.json()).toMatchObject({ __type: 'InvalidSignatureException' });
  });

  it('is refused if its operation was not signed', async () => {
    const signed = await signHeaders(signerFor('sagemaker'), { method: 'POST', url: url(), body: '{}' });
    expect(await (await send(signed)).json()).toEqual({
      __type: 'InvalidSignatureException',
      message: "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.",
    });
  });

  it('is refused if it was signed for another service', async () => {
    const signed = await signHeaders(signerFor('s3'), { method: 'POST', url: url(), headers, body: '{}' });
    expect(await (await send(signed)).json()).toEqual({
      __type: 'InvalidSignatureException',
      message: "Credential should be scoped to correct service: 'sagemaker'.",
    });
  });

  it('may be sent again while it is fresh, as to AWS', async () => {
    const signed = await signHeaders(signerFor('sagemaker'), { method: 'POST', url: url(), headers, body: '{}' });
    expect([(await send(signed)).status, (await send(signed)).status]).toEqual([200, 200]);
  });

  it('may not be sent again once it is old', async () => {
    const old = signerFor('sagemaker', new Date(Date.now() - 6 * MINUTE_MS));
    const signed = await signHeaders(old, { method: 'POST', url: url(), headers, body: '{}' });
    expect(await (await send(signed)).json()).toMatchObject({ __type: 'InvalidSignatureException' });
  });
});

describe('a request to a service of the Query protocol', () => {
  const action = 'Action=GetCallerIdentity&Version=2011-06-15';

  it('without a signature is refused in XML', async () => {
    const answer = await fetch(`${ebb.url}/?${action}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([403, 'text/xml']);
    expect(await answer.text()).toContain(
      '<Error><Type>Sender</Type><Code>MissingAuthenticationToken</Code><Message>Missing Authentication Token</Message></Error>',
    );
    const form = await fetch(ebb.url, { method: 'POST', body: new URLSearchParams(action) });
    expect(form.status).toBe(403);
  });

  it('may be presigned, for the time that it states', async () => {
    const request = { method: 'GET', url: `${ebb.url}/?${action}` };
    const signed = await presign(signerFor('sts'), request);
    const answer = await fetch(signed);
    expect(await answer.text()).toContain(`assumed-role/ebb/${ebb.keys.operate.key.id}</Arn>`);
    const other = await fetch(signed.replace('GetCallerIdentity', 'GetSessionToken'));
    expect(await other.text()).toContain('<Code>SignatureDoesNotMatch</Code>');
    const old = await presign(signerFor('sts', new Date(Date.now() - 2 * MINUTE_MS)), request, 60);
    expect(await (await fetch(old)).text()).toContain('<Message>Signature expired: ');
  });
});
