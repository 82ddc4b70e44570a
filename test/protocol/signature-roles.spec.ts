import {
  ApplicationAutoScalingClient,
  DescribeScalingActivitiesCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { ListMetricsCommand, CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateModelCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  ListModelsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointAsyncCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { CreateTopicCommand, ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeyedEbb, startWithKeys } from '../support/keyed-ebb.js';

type Name = 'submit' | 'read' | 'operate' | 'confined' | 'slow';
let ebb: KeyedEbb<Name>;

beforeAll(async () => {
  ebb = await startWithKeys({
    submit: { role: 'submit' },
    read: { role: 'read' },
    operate: { role: 'operate' },
    confined: { role: 'read', endpoints: ['mine'] },
    slow: { role: 'read', quotas: { requestsPerMinute: 1 } },
  });
  await new S3Client(as('operate')).send(new CreateBucketCommand({ Bucket: 'bucket' }));
});
afterAll(() => ebb[Symbol.asyncDispose]());

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

function as(who: Name | Credentials) {
  const credentials =
    typeof who === 'string'
      ? { accessKeyId: ebb.keys[who].key.id, secretAccessKey: ebb.keys[who].credential.secretAccessKey }
      : who;
  return { endpoint: ebb.url, region: 'us-east-1', maxAttempts: 1, forcePathStyle: true, credentials };
}

/** Returns the outcome of a call: `done`, or the error's name. */
async function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'done',
    (error: Error) => error.name,
  );
}

const invoke = (who: Name | Credentials) =>
  new SageMakerRuntimeClient(as(who)).send(
    new InvokeEndpointAsyncCommand({ EndpointName: 'none', InputLocation: 's3://bucket/in' }),
  );
const listModels = (who: Name | Credentials) => new SageMakerClient(as(who)).send(new ListModelsCommand({}));
const put = (who: Name | Credentials) =>
  new S3Client(as(who)).send(new PutObjectCommand({ Bucket: 'bucket', Key: 'in', Body: 'x' }));

describe('a submit key', () => {
  it('submits invocations and their inputs, and reads their outputs', async () => {
    await put('submit');
    const found = await new S3Client(as('submit')).send(new GetObjectCommand({ Bucket: 'bucket', Key: 'in' }));
    expect(await found.Body!.transformToString()).toBe('x');
    expect(await outcomeOf(invoke('submit'))).toBe('ValidationError');
  });

  it('is refused everything else, with the errors of each service', async () => {
    const config = as('submit');
    await expect(listModels('submit')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'User: submit is not authorized to perform: sagemaker:ListModels because the role of its access key, submit, does not allow it',
      $metadata: { httpStatusCode: 400 },
    });
    const scaling = new ApplicationAutoScalingClient(config);
    const outcomes = await Promise.all([
      outcomeOf(scaling.send(new DescribeScalingActivitiesCommand({ ServiceNamespace: 'sagemaker' }))),
      outcomeOf(new S3Client(config).send(new CreateBucketCommand({ Bucket: 'another' }))),
    ]);
    expect(outcomes).toEqual(['AccessDeniedException', 'AccessDenied']);
    await expect(new SNSClient(config).send(new ListTopicsCommand({}))).rejects.toMatchObject({
      name: 'AuthorizationErrorException',
      $metadata: { httpStatusCode: 403 },
    });
    await expect(new SQSClient(config).send(new ListQueuesCommand({}))).rejects.toMatchObject({
      Error: { Code: 'AccessDenied' },
      $metadata: { httpStatusCode: 403 },
    });
    await expect(new CloudWatchClient(config).send(new ListMetricsCommand({}))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
  });
});

describe('the objects of a submit key', () => {
  it('may be inputs, and never model data', async () => {
    const ModelDataUrl = 's3://bucket/models/a.tar.gz';
    const [ModelName, ExecutionRoleArn] = ['kept', 'arn:aws:iam::000000000000:role/r'];
    const make = new CreateModelCommand({
      ModelName,
      ExecutionRoleArn,
      PrimaryContainer: { Image: 'i', ModelDataUrl },
    });
    await new SageMakerClient(as('operate')).send(make);
    const at = { Bucket: 'bucket', Key: 'models/a.tar.gz' };
    const [submitter, operator] = [new S3Client(as('submit')), new S3Client(as('operate'))];
    await expect(submitter.send(new PutObjectCommand({ ...at, Body: 'other' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `${ModelDataUrl} is part of a model, which the role submit may not change.`,
    });
    await put('submit');
    const outcomes = await Promise.all([
      outcomeOf(submitter.send(new CopyObjectCommand({ ...at, CopySource: 'bucket/in' }))),
      outcomeOf(submitter.send(new CreateMultipartUploadCommand(at))),
      outcomeOf(submitter.send(new DeleteObjectCommand({ Bucket: 'bucket', Key: 'in' }))),
      outcomeOf(submitter.send(new PutObjectCommand({ ...at, Key: 'models/b.tar.gz', Body: 'x' }))),
      outcomeOf(operator.send(new PutObjectCommand({ ...at, Body: 'right' }))),
    ]);
    expect(outcomes).toEqual(['AccessDenied', 'AccessDenied', 'AccessDenied', 'done', 'done']);
    await new SageMakerClient(as('operate')).send(new DeleteModelCommand({ ModelName }));
  });
});

describe('a read key', () => {
  it('reads everything and changes nothing', async () => {
    expect(await listModels('read')).toMatchObject({ Models: [] });
    expect(await outcomeOf(new SQSClient(as('read')).send(new ListQueuesCommand({})))).toBe('done');
    expect(await outcomeOf(put('read'))).toBe('AccessDenied');
    await expect(invoke('read')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 403 },
    });
    const create = new CreateModelCommand({ ModelName: 'a', ExecutionRoleArn: 'arn:aws:iam::000000000000:role/r' });
    expect(await outcomeOf(new SageMakerClient(as('read')).send(create))).toBe('AccessDeniedException');
  });

  it('reads only its own endpoints if it is limited to them', async () => {
    const sagemaker = new SageMakerClient(as('confined'));
    const describeEndpoint = (EndpointName: string) => sagemaker.send(new DescribeEndpointCommand({ EndpointName }));
    await expect(describeEndpoint('mine')).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(describeEndpoint('other')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('its access key is for some endpoints only'),
    });
    expect(await outcomeOf(listModels('confined'))).toBe('AccessDeniedException');
  });

  it('is refused beyond its rate', async () => {
    expect(await outcomeOf(listModels('slow'))).toBe('done');
    expect(await outcomeOf(listModels('slow'))).toBe('ThrottlingException');
    expect(await outcomeOf(put('slow'))).toBe('SlowDown');
  });
});

describe('a visitor without credentials', () => {
  const confirm = 'Action=ConfirmSubscription&Version=2010-03-31&TopicArn=arn:aws:sns:us-east-1:000000000000:visited';

  it('may confirm a subscription with the token that was sent, and nothing else', async () => {
    await new SNSClient(as('operate')).send(new CreateTopicCommand({ Name: 'visited' }));
    const guess = await fetch(`${ebb.url}/?${confirm}&Token=guess`);
    expect([guess.status, await guess.text()]).toEqual([400, expect.stringContaining('Invalid parameter: Token')]);
    const publish = await fetch(`${ebb.url}/?${confirm.replace('ConfirmSubscription', 'Publish')}&Message=m`);
    expect([publish.status, await publish.text()]).toEqual([
      403,
      expect.stringContaining('MissingAuthenticationToken'),
    ]);
  });

  it('may not name different operations in the address and the body', async () => {
    const publish = `Action=Publish&Version=2010-03-31&Message=m&TopicArn=arn:aws:sns:us-east-1:000000000000:visited`;
    for (const [query, form] of [
      [publish, confirm],
      [confirm, publish],
    ]) {
      const answer = await fetch(`${ebb.url}/?${query}`, { method: 'POST', body: new URLSearchParams(form) });
      expect(await answer.text()).toMatch(/<Code>(?:AuthorizationError|MissingAuthenticationToken|InvalidParameter)</);
    }
  });
});

describe('a change by an operator', () => {
  it('is in the audit under the request id of its answer', async () => {
    const { $metadata } = await new SNSClient(as('operate')).send(new CreateTopicCommand({ Name: 'recorded' }));
    await new SQSClient(as('operate')).send(new CreateQueueCommand({ QueueName: 'recorded' }));
    const audit = await ebb.ask('operate', 'GET', '/v1/audit');
    const { items } = (await audit.json()) as { items: { action: string; requestId: string }[] };
    expect(items).toContainEqual(
      expect.objectContaining({ action: 'sns:CreateTopic', requestId: $metadata.requestId, callerName: 'operate' }),
    );
    expect(items.map(({ action }) => action)).toEqual(expect.arrayContaining(['sqs:CreateQueue', 's3:CreateBucket']));
    expect(items.map(({ action }) => action)).not.toContain('sagemaker:ListModels');
  });
});

describe('temporary credentials', () => {
  const role = { RoleArn: 'arn:aws:iam::000000000000:role/any', RoleSessionName: 'me' };

  async function session(who: Name): Promise<Credentials> {
    const { Credentials: given } = await new STSClient(as(who)).send(new AssumeRoleCommand(role));
    return {
      accessKeyId: given!.AccessKeyId!,
      secretAccessKey: given!.SecretAccessKey!,
      sessionToken: given!.SessionToken!,
    };
  }

  it('have the permissions of the key that asked for them, with every service', async () => {
    const reader = await session('read');
    expect(await listModels(reader)).toMatchObject({ Models: [] });
    expect(await outcomeOf(put(reader))).toBe('AccessDenied');
    const submitter = await session('submit');
    expect(await outcomeOf(put(submitter))).toBe('done');
    expect(await outcomeOf(invoke(submitter))).toBe('ValidationError');
    const { Arn } = await new STSClient(as(submitter)).send(new GetCallerIdentityCommand({}));
    expect(Arn).toContain(submitter.accessKeyId);
    const { Credentials: again } = await new STSClient(as(submitter)).send(new GetSessionTokenCommand({}));
    expect(again!.AccessKeyId).toMatch(/^ASIA/);
  });

  it('are refused without their token, with another token or with another secret', async () => {
    const given = await session('read');
    const { accessKeyId, secretAccessKey, sessionToken } = given;
    expect(await outcomeOf(listModels({ accessKeyId, secretAccessKey }))).toBe('UnrecognizedClientException');
    expect(await outcomeOf(put({ ...given, sessionToken: sessionToken!.slice(2) }))).toBe('InvalidToken');
    expect(await outcomeOf(listModels({ ...given, accessKeyId: 'ASIAOTHER' }))).toBe('UnrecognizedClientException');
    expect(await outcomeOf(put({ ...given, secretAccessKey: 'wrong' }))).toBe('SignatureDoesNotMatch');
  });
});
