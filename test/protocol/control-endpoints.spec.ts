import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
  UpdateEndpointWeightsAndCapacitiesCommand,
  waitUntilEndpointDeleted,
  waitUntilEndpointInService,
} from '@aws-sdk/client-sagemaker';
import { afterEach, describe, expect, it } from 'vitest';
import type { EndpointStatus } from '../../libs/core/endpoint/endpoint-status.js';
import { EbbError } from '../../libs/core/errors.js';
import { NOT_SUSPENDED, scalableTargetKey } from '../../libs/core/scaling/scalable-target.js';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import { ERROR_TOPIC, SUCCESS_TOPIC, asyncConfig, createEndpoint, createModel } from '../support/deploy.js';
import { submitInvocation } from '../support/submit-invocation.js';

const ARN = 'arn:aws:sagemaker:us-east-1:123456789012:endpoint/ocr';
const WITH_TOPICS = {
  AsyncInferenceConfig: {
    OutputConfig: { NotificationConfig: { SuccessTopic: SUCCESS_TOPIC, ErrorTopic: ERROR_TOPIC } },
  },
};
const IN_PROGRESS = { name: 'ValidationException', message: `Cannot update in-progress endpoint "${ARN}".` };

let host: ControlHost;
const open = async (...options: Parameters<typeof openControlHost>): Promise<ControlHost> => {
  host = await openControlHost(...options);
  return host;
};
afterEach(() => host.close());

const describeEndpoint = (name = 'ocr'): Promise<DescribeEndpointCommandOutput> =>
  host.sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }));

/** Every wait here ends at the first look, long before the 30 seconds of the SDK's waiters. */
const waiting = () => ({ client: host.sagemaker, maxWaitTime: 60 });

const setStatus = (status: EndpointStatus): Promise<unknown> =>
  host.world.catalog.endpoints.update('ocr', (endpoint) => ({ ...endpoint, status }));

async function createTopics(...arns: string[]): Promise<void> {
  for (const arn of arns) {
    await host.world.catalog.topics.create(arn, { arn, name: arn, attributes: {}, createdAt: 0, tags: {} });
  }
}

async function notifiedTopics(): Promise<string[]> {
  const due = await host.world.outbox.take(10, Date.now() + 1, Date.now() + 1000);
  return due.map(({ delivery }) => {
    const message: unknown = JSON.parse(delivery.message.body);
    expect(message).toEqual({ eventVersion: '1.0', eventSource: 'aws:sagemaker', eventName: 'TestNotification' });
    return delivery.receiver.kind === 'topic' ? delivery.receiver.topicArn : delivery.receiver.kind;
  });
}

const setCapacity = (capacity: { VariantName?: string; DesiredInstanceCount?: number; DesiredWeight?: number }) =>
  host.sagemaker.send(
    new UpdateEndpointWeightsAndCapacitiesCommand({
      EndpointName: 'ocr',
      DesiredWeightsAndCapacities: [{ VariantName: 'main', ...capacity }],
    }),
  );

describe('a new endpoint', () => {
  it('is Creating at once and describes its variants truthfully', async () => {
    await open();
    await createEndpoint(host, 'ocr', { InitialInstanceCount: 2 });
    host.counts.set('ocr/main', { starting: 2, inService: 0, draining: 0 });
    expect(await describeEndpoint()).toMatchObject({
      EndpointName: 'ocr',
      EndpointArn: ARN,
      EndpointConfigName: 'ocr-config',
      EndpointStatus: 'Creating',
      AsyncInferenceConfig: { OutputConfig: { S3OutputPath: 's3://results/ocr' } },
      ProductionVariants: [
        {
          VariantName: 'main',
          DeployedImages: [{ SpecifiedImage: 'ocr' }],
          CurrentWeight: 1,
          DesiredWeight: 1,
          CurrentInstanceCount: 0,
          DesiredInstanceCount: 2,
          VariantStatus: [{ Status: 'Creating' }],
        },
      ],
    });
    expect(await describeEndpoint()).not.toHaveProperty('FailureReason');
    expect(host.signals).toContainEqual({ kind: 'endpoint', endpointName: 'ocr' });
  });

  it('describes the metrics settings of its config, even after the config is deleted', async () => {
    await open();
    const MetricsConfig = { EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: 10 };
    await createEndpoint(host, 'ocr', {}, { MetricsConfig });
    await host.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'ocr-config' }));
    expect(await describeEndpoint()).toMatchObject({ MetricsConfig });
  });

  it('is in service once that is reported, and counts its current instances', async () => {
    await open();
    await createEndpoint(host, 'ocr');
    await host.life.inService('ocr');
    host.counts.set('ocr/main', { starting: 3, inService: 2, draining: 1 });
    const described = await describeEndpoint();
    expect(described.EndpointStatus).toBe('InService');
    expect(described.ProductionVariants?.[0]).not.toHaveProperty('VariantStatus');
    expect(described.ProductionVariants?.[0]?.CurrentInstanceCount).toBe(3);
    expect(described.LastModifiedTime!.getTime()).toBeGreaterThanOrEqual(described.CreationTime!.getTime());
    await waitUntilEndpointInService(waiting(), { EndpointName: 'ocr' });
  });

  it('fails with the reported reason, and the waiter reports the failure', async () => {
    await open();
    await createEndpoint(host, 'ocr');
    await host.life.failed('ocr', 'x'.repeat(2000));
    expect(await describeEndpoint()).toMatchObject({ EndpointStatus: 'Failed', FailureReason: 'x'.repeat(1024) });
    await expect(waitUntilEndpointInService(waiting(), { EndpointName: 'ocr' })).rejects.toThrow(/Failed/);
  });

  it('does not fail by a late report once it is in service', async () => {
    await open();
    await createEndpoint(host, 'ocr');
    await host.life.inService('ocr');
    await host.life.failed('ocr', 'too late');
    expect((await describeEndpoint()).EndpointStatus).toBe('InService');
  });

  it('without instances proves itself by one launch', async () => {
    const error = new EbbError('ImageNotFound', 'There is no image "ocr".');
    await open({ script: { launch: () => ({ error }) } });
    await createEndpoint(host, 'ocr', {
      InitialInstanceCount: undefined,
      ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 1 },
    });
    const endpoint = await host.world.catalog.endpoints.get('ocr');
    expect(endpoint?.variants[0]?.desiredInstanceCount).toBe(0);
    await host.life.inService('ocr');
    expect(await describeEndpoint()).toMatchObject({ EndpointStatus: 'Failed', FailureReason: error.message });
  });

  it('keeps its name unique in any case', async () => {
    await open();
    await createEndpoint(host, 'OCR');
    const again = new CreateEndpointCommand({ EndpointName: 'ocr', EndpointConfigName: 'OCR-config' });
    await expect(host.sagemaker.send(again)).rejects.toMatchObject({
      name: 'ValidationException',
      message: `Cannot create already existing endpoint "${ARN}".`,
      $metadata: { httpStatusCode: 400 },
    });
    expect(await describeEndpoint('ocr')).toMatchObject({ EndpointName: 'OCR', EndpointArn: ARN });
  });

  it('has the default bucket, where inline inputs go', async () => {
    await open();
    await createEndpoint(host, 'ocr');
    const buckets = await host.world.objects.listBuckets();
    expect(buckets.map(({ name }) => name)).toEqual(['sagemaker-us-east-1-123456789012']);
  });

  it('keeps running when its config and model are deleted', async () => {
    await open();
    await createEndpoint(host, 'ocr');
    await host.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'ocr-config' }));
    await host.sagemaker.send(new DeleteModelCommand({ ModelName: 'ocr-model' }));
    expect((await describeEndpoint()).ProductionVariants?.[0]?.DeployedImages?.[0]?.SpecifiedImage).toBe('ocr');
  });

  it('cannot be real-time', async () => {
    await open();
    await createModel(host);
    const realTime = asyncConfig('rt', {}, { AsyncInferenceConfig: undefined });
    await host.sagemaker.send(new CreateEndpointConfigCommand(realTime));
    const create = new CreateEndpointCommand({ EndpointName: 'rt', EndpointConfigName: 'rt' });
    await expect(host.sagemaker.send(create)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('only asynchronous endpoints are supported') as string,
    });
  });
});

describe('the topics of a new endpoint', () => {
  it('are sent a test notification each', async () => {
    await open();
    await createTopics(SUCCESS_TOPIC, ERROR_TOPIC);
    await createEndpoint(host, 'ocr', {}, WITH_TOPICS);
    expect((await notifiedTopics()).sort()).toEqual([ERROR_TOPIC, SUCCESS_TOPIC]);
    expect(host.signals).toContainEqual({ kind: 'outbox' });
  });

  it('make it fail if one does not exist', async () => {
    await open();
    await createTopics(SUCCESS_TOPIC);
    await createEndpoint(host, 'ocr', {}, WITH_TOPICS);
    expect(await describeEndpoint()).toMatchObject({
      EndpointStatus: 'Failed',
      FailureReason: expect.stringContaining(`The topic "${ERROR_TOPIC}"`) as string,
    });
    expect(await notifiedTopics()).toEqual([]);
  });

  it('are not checked if SNS itself sends', async () => {
    await open({ environment: { EBB_NOTIFICATIONS: 'sns' } });
    await createEndpoint(host, 'ocr', {}, WITH_TOPICS);
    expect((await describeEndpoint()).EndpointStatus).toBe('Creating');
  });
});

describe('deleting an endpoint', () => {
  it('ends its service at once, and removes its record when its instances are gone', async () => {
    await open();
    await createEndpoint(host, 'ocr');
    await host.life.inService('ocr');
    const { id } = await submitInvocation(host.world, { endpointName: 'ocr', input: { body: new Uint8Array(1) } });
    const key = scalableTargetKey('ocr', 'main');
    const bounds = { minCapacity: 0, maxCapacity: 2, suspended: NOT_SUSPENDED };
    const target = { id: '1', endpointName: 'ocr', variantName: 'main', createdAt: 0, ...bounds };
    await host.world.catalog.scalableTargets.create(key, target);

    await host.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'ocr' }));
    expect((await describeEndpoint()).EndpointStatus).toBe('Deleting');
    expect(await host.world.catalog.scalableTargets.get(key)).toBeUndefined();

    await host.life.deleted('ocr');
    expect(await host.world.invocations.find(id)).toMatchObject({
      state: 'Failed',
      failureReason: expect.stringContaining('was deleted before it processed the request') as string,
    });
    await expect(describeEndpoint()).rejects.toMatchObject({
      name: 'ValidationException',
      message: `Could not find endpoint "${ARN}".`,
    });
    await waitUntilEndpointDeleted(waiting(), { EndpointName: 'ocr' });
    await host.sagemaker.send(new CreateEndpointCommand({ EndpointName: 'OCR', EndpointConfigName: 'ocr-config' }));
  });

  it('keeps the record while its remaining invocations cannot be settled', async () => {
    const reason = new Error('the invocations, ledger does not answer');
    await open();
    host.world.ledger.lease = () => Promise.reject(reason);
    await createEndpoint(host, 'ocr');
    await setStatus('Deleting');
    await expect(host.life.deleted('ocr')).rejects.toBe(reason);
    expect((await describeEndpoint()).EndpointStatus).toBe('Deleting');
  });

  it('changes nothing if the endpoint is not being deleted', async () => {
    await open();
    await createEndpoint(host, 'ocr');
    await host.life.deleted('ocr');
    expect((await describeEndpoint()).EndpointStatus).toBe('Creating');
  });

  it.each(['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting'] as const)(
    'is refused while it is %s',
    async (status) => {
      await open();
      await createEndpoint(host, 'ocr');
      await setStatus(status);
      const remove = new DeleteEndpointCommand({ EndpointName: 'ocr' });
      await expect(host.sagemaker.send(remove)).rejects.toMatchObject(IN_PROGRESS);
    },
  );

  it.each(['InService', 'Failed', 'OutOfService', 'UpdateRollbackFailed'] as const)(
    'is allowed when it is %s',
    async (status) => {
      await open();
      await createEndpoint(host, 'ocr');
      await setStatus(status);
      await host.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'ocr' }));
      expect((await describeEndpoint()).EndpointStatus).toBe('Deleting');
    },
  );

  it('that does not exist fails with an error that the waiters understand', async () => {
    await open();
    const remove = new DeleteEndpointCommand({ EndpointName: 'OCR' });
    await expect(host.sagemaker.send(remove)).rejects.toMatchObject({
      name: 'ValidationException',
      message: `Could not find endpoint "${ARN}".`,
    });
    expect(await waitUntilEndpointDeleted(waiting(), { EndpointName: 'OCR' })).toMatchObject({ state: 'SUCCESS' });
    await expect(waitUntilEndpointInService(waiting(), { EndpointName: 'OCR' })).rejects.toThrow(/ValidationException/);
  });
});

describe('capacity set by hand', () => {
  it('becomes the desired count, and the topics are notified', async () => {
    await open();
    await createTopics(SUCCESS_TOPIC, ERROR_TOPIC);
    await createEndpoint(host, 'ocr', {}, WITH_TOPICS);
    await host.life.inService('ocr');
    await notifiedTopics();
    host.signals.length = 0;
    expect((await setCapacity({ DesiredInstanceCount: 0, DesiredWeight: 2 })).EndpointArn).toBe(ARN);
    expect((await describeEndpoint()).ProductionVariants?.[0]).toMatchObject({
      DesiredInstanceCount: 0,
      DesiredWeight: 2,
      CurrentWeight: 2,
    });
    expect(host.signals).toContainEqual({ kind: 'endpoint', endpointName: 'ocr' });
    expect(await notifiedTopics()).toHaveLength(2);
  });

  it('is refused while the endpoint is in progress, and once it has failed', async () => {
    await open();
    await createEndpoint(host, 'ocr');
    await expect(setCapacity({ DesiredInstanceCount: 2 })).rejects.toMatchObject(IN_PROGRESS);
    await host.life.failed('ocr', 'no image');
    await expect(setCapacity({ DesiredInstanceCount: 2 })).rejects.toThrow(/allows nothing but DeleteEndpoint/);
  });

  it('is refused if a scalable target decides', async () => {
    await open();
    await createEndpoint(host, 'ocr');
    await host.life.inService('ocr');
    const bounds = { minCapacity: 0, maxCapacity: 2, suspended: NOT_SUSPENDED };
    const target = { id: '1', endpointName: 'ocr', variantName: 'main', createdAt: 0, ...bounds };
    await host.world.catalog.scalableTargets.create(scalableTargetKey('ocr', 'main'), target);
    await expect(setCapacity({ DesiredInstanceCount: 1 })).rejects.toThrow(/is decided by its scalable target/);
    await setCapacity({ DesiredWeight: 3 });
  });

  it('names only existing variants', async () => {
    await open();
    await createEndpoint(host, 'ocr');
    await host.life.inService('ocr');
    await expect(setCapacity({ VariantName: 'other' })).rejects.toThrow(
      'The variant name(s) "other" is/are not present within endpoint configuration "ocr-config".',
    );
  });
});
