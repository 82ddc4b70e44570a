import { describe, expect, test } from 'vitest';
import { type RequestHead, classify, queryServiceOf } from './aws-request.js';

/** Returns the headers that an SDK sends when it signs a request for one service. */
function signed(signingName: string, headers: RequestHead['headers'] = {}): RequestHead['headers'] {
  const scope = `AKIDEXAMPLE/20261122/eu-west-1/${signingName}/aws4_request`;
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=0123abcd`,
    ...headers,
  };
}

function head(method: string, url: string, headers: RequestHead['headers'] = {}): RequestHead {
  return { method, url, headers };
}

const PRESIGNED =
  'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261122%2Feu-west-1%2Fs3%2Faws4_request' +
  '&X-Amz-Date=20261122T000000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=0123abcd';

describe('a request is for', () => {
  test.each<[string, RequestHead, string, string | undefined]>([
    [
      'the runtime, by its path',
      head('POST', '/endpoints/ocr/async-invocations', signed('sagemaker')),
      'runtime',
      undefined,
    ],
    [
      'the runtime, synchronously',
      head('POST', '/endpoints/ocr/invocations', signed('sagemaker')),
      'runtime',
      undefined,
    ],
    [
      'the runtime, streaming, with a query',
      head('POST', '/endpoints/ocr/invocations-response-stream?x=1', signed('sagemaker')),
      'runtime',
      undefined,
    ],
    ['the runtime, unsigned', head('POST', '/endpoints/ocr/async-invocations'), 'runtime', undefined],
    [
      'the control plane, by its target',
      head('POST', '/', signed('sagemaker', { 'x-amz-target': 'SageMaker.CreateModel' })),
      'control',
      'CreateModel',
    ],
    [
      'the control plane, unsigned',
      head('POST', '/', { 'x-amz-target': 'SageMaker.ListEndpoints' }),
      'control',
      'ListEndpoints',
    ],
    [
      'the control plane, unsigned and with an unknown target',
      head('POST', '/', { 'x-amz-target': 'Nobody.DoThis' }),
      'control',
      'Nobody.DoThis',
    ],
    ['the control plane, without a target', head('POST', '/', signed('sagemaker')), 'control', undefined],
    [
      'Application Auto Scaling',
      head(
        'POST',
        '/',
        signed('application-autoscaling', { 'x-amz-target': 'AnyScaleFrontendService.RegisterScalableTarget' }),
      ),
      'scaling',
      'RegisterScalableTarget',
    ],
    [
      'CloudWatch in JSON',
      head(
        'POST',
        '/',
        signed('monitoring', {
          'x-amz-target': 'GraniteServiceVersion20100801.PutMetricAlarm',
          'x-amzn-query-mode': 'true',
        }),
      ),
      'cloudwatch',
      'PutMetricAlarm',
    ],
    ['CloudWatch in the Query protocol', head('POST', '/', signed('monitoring')), 'cloudwatch', undefined],
    [
      'SQS in JSON',
      head('POST', '/', signed('sqs', { 'x-amz-target': 'AmazonSQS.SendMessage' })),
      'sqs',
      'SendMessage',
    ],
    ['SQS in the Query protocol, at a queue', head('POST', '/000000000000/results', signed('sqs')), 'sqs', undefined],
    ['SNS', head('POST', '/', signed('sns')), 'sns', undefined],
    [
      'SNS, by a confirmation link',
      head('GET', '/?Action=ConfirmSubscription&TopicArn=arn&Token=t'),
      'sns',
      'ConfirmSubscription',
    ],
    ['STS', head('POST', '/', signed('sts')), 'sts', undefined],
    [
      'STS, by the version of its query',
      head('GET', '/?Action=GetCallerIdentity&Version=2011-06-15'),
      'sts',
      'GetCallerIdentity',
    ],
    ['S3, by its signature', head('PUT', '/bucket/key?x-id=PutObject', signed('s3')), 's3', undefined],
    ['S3, presigned', head('GET', `/bucket/key?${PRESIGNED}`), 's3', undefined],
    [
      'S3, presigned with Signature V2',
      head('GET', '/bucket/key?AWSAccessKeyId=AK&Expires=1&Signature=s'),
      's3',
      undefined,
    ],
    ['S3, unsigned', head('GET', '/bucket/key'), 's3', undefined],
    ['S3, signed, for a bucket named like a path of Ebb’s', head('GET', '/v1/key', signed('s3')), 's3', undefined],
    [
      'S3, for a key that looks like a path of the runtime',
      head('GET', '/endpoints/ocr/async-invocations', signed('s3')),
      's3',
      undefined,
    ],
    ['S3, with a meaningless Action', head('GET', '/bucket?Action=list', signed('s3')), 's3', undefined],
    ['Ebb itself', head('GET', '/v1/endpoints'), 'native', undefined],
    ['Ebb’s console', head('GET', '/console'), 'native', undefined],
    ['Ebb’s metrics', head('GET', '/metrics?x=1'), 'native', undefined],
    ['S3, for a path that only begins like one of Ebb’s', head('GET', '/v1beta/key'), 's3', undefined],
  ])('%s', (_sentence, request, service, operation) => {
    expect(classify(request)).toMatchObject({ service });
    expect(classify(request).operation).toBe(operation);
  });
});

test('reads the access key, date and region of a signature in the header and in a presigned URL', () => {
  const credential = { accessKeyId: 'AKIDEXAMPLE', date: '20261122', region: 'eu-west-1', signingName: 's3' };
  expect(classify(head('PUT', '/bucket/key', signed('s3')))).toEqual({ service: 's3', presigned: false, credential });
  expect(classify(head('PUT', `/bucket/key?${PRESIGNED}`))).toEqual({ service: 's3', presigned: true, credential });
  expect(classify(head('GET', '/bucket/key', { authorization: 'Bearer x' }))).toEqual({
    service: 's3',
    presigned: false,
  });
});

test.each([
  ['2010-03-31', 'sns'],
  ['2011-06-15', 'sts'],
  ['2012-11-05', 'sqs'],
  ['2010-08-01', 'cloudwatch'],
  ['1999-01-01', undefined],
])('an unsigned form of version %s is for %s', (version, service) => {
  expect(queryServiceOf(new URLSearchParams({ Action: 'X', Version: version }))).toBe(service);
});
