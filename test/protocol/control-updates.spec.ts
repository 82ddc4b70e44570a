import type { EndpointStatus } from '../../libs/core/endpoint/endpoint-status.js';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  type CreateEndpointConfigCommandInput,
  CreateModelCommand,
  DeleteModelCommand,
  type DeploymentConfig,
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
  type ProductionVariant,
  UpdateEndpointCommand,
  type UpdateEndpointCommandInput,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../libs/core/endpoint/endpoint.js';
import { NOT_SUSPENDED, scalableTargetKey } from '../../libs/core/scaling/scalable-target.js';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import { SUCCESS_TOPIC, asyncConfig, createEndpoint } from '../support/deploy.js';

const ARN = 'arn:aws:sagemaker:us-east-1:123456789012:endpoint/ocr';

const CANARY: DeploymentConfig = {
  BlueGreenUpdatePolicy: {
    TrafficRoutingConfiguration: {
      Type: 'CANARY',
      WaitIntervalInSeconds: 120,
      CanarySize: { Type: 'CAPACITY_PERCENT', Value: 10 },
    },
    TerminationWaitInSeconds: 30,
  },
};

let host: ControlHost;
beforeEach(async () => {
  host = await openControlHost();
  await createEndpoint(host, 'ocr', { InitialInstanceCount: 2, InstanceType: 'ml.m5.large' });
  await host.life.inService('ocr');
});
afterEach(() => host.close());

const describeEndpoint = (): Promise<DescribeEndpointCommandOutput> =>
  host.sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'ocr' }));

const createConfig = (
  variant: Partial<ProductionVariant> = {},
  differences: Partial<CreateEndpointConfigCommandInput> = {},
) =>
  host.sagemaker.send(
    new CreateEndpointConfigCommand(asyncConfig('next', { InstanceType: 'ml.m5.large', ...variant }, differences)),
  );

const update = (input: Partial<UpdateEndpointCommandInput> = {}) =>
  host.sagemaker.send(new UpdateEndpointCommand({ EndpointName: 'ocr', EndpointConfigName: 'next', ...input }));

/** Returns the variant of the new side. */
const pending = async () => (await describeEndpoint()).PendingDeploymentSummary?.ProductionVariants?.[0];

const change = (changes: Partial<Endpoint>): Promise<unknown> =>
  host.world.catalog.endpoints.update('ocr', (endpoint) => ({ ...endpoint, ...changes }));

/** A config may outlive the model that it names. */
const deleteModel = async (): Promise<void> => {
  await createConfig();
  await host.sagemaker.send(new DeleteModelCommand({ ModelName: 'ocr-model' }));
};

const refused = (message: string | RegExp) => ({
  name: 'ValidationException',
  message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
});

describe('an update', () => {
  it('is answered at once, and described with both sides while it is rolled out', async () => {
    await createConfig({ InitialInstanceCount: 3, InitialVariantWeight: 2 });
    expect((await update({ DeploymentConfig: CANARY })).EndpointArn).toBe(ARN);
    const endpoint = await describeEndpoint();
    expect(endpoint).toMatchObject({
      EndpointStatus: 'Updating',
      EndpointConfigName: 'ocr-config',
      ProductionVariants: [
        { VariantName: 'main', DesiredInstanceCount: 2, CurrentWeight: 1, VariantStatus: [{ Status: 'Updating' }] },
      ],
      PendingDeploymentSummary: {
        EndpointConfigName: 'next',
        StartTime: expect.any(Date),
        ProductionVariants: [
          {
            VariantName: 'main',
            InstanceType: 'ml.m5.large',
            DesiredInstanceCount: 3,
            DesiredWeight: 2,
            CurrentWeight: 0,
            VariantStatus: [{ Status: 'Creating' }],
          },
        ],
      },
    });
    expect(endpoint).not.toHaveProperty('FailureReason');
    expect(host.signals).toContainEqual({ kind: 'endpoint', endpointName: 'ocr' });
  });

  it('retains counts and weights on request, except for excluded properties', async () => {
    await createConfig({ InitialInstanceCount: 5, InitialVariantWeight: 7 });
    await update({ RetainAllVariantProperties: true });
    expect(await pending()).toMatchObject({ DesiredInstanceCount: 2, DesiredWeight: 1 });
    await change({ status: 'InService', deployment: undefined });
    await update({
      RetainAllVariantProperties: true,
      ExcludeRetainedVariantProperties: [{ VariantPropertyType: 'DesiredInstanceCount' }],
    });
    expect(await pending()).toMatchObject({ DesiredInstanceCount: 5, DesiredWeight: 1 });
  });

  it('is rolled out like the last update on request', async () => {
    await createConfig();
    await host.sagemaker.send(
      new CreateEndpointCommand({ EndpointName: 'other', EndpointConfigName: 'next', DeploymentConfig: CANARY }),
    );
    await host.life.inService('other');
    await update({ EndpointName: 'other', RetainDeploymentConfig: true });
    const { deployment } = (await host.world.catalog.endpoints.get('other'))!;
    expect(deployment?.config.update).toMatchObject({ routing: { kind: 'CANARY', waitMs: 120_000 } });
  });

  it('sends a test notification to the topics of the new config', async () => {
    await host.world.catalog.topics.create(SUCCESS_TOPIC, {
      arn: SUCCESS_TOPIC,
      name: 'done',
      attributes: {},
      createdAt: 0,
      tags: {},
    });
    await createConfig({}, withTopic());
    await update();
    expect(await host.world.outbox.take(10, Date.now() + 1, Date.now() + 1000)).toHaveLength(1);
  });

  it.each<[status: EndpointStatus, message: string]>([
    ['Creating', `Cannot update in-progress endpoint "${ARN}".`],
    ['Updating', `Cannot update in-progress endpoint "${ARN}".`],
    ['SystemUpdating', `Cannot update in-progress endpoint "${ARN}".`],
    ['RollingBack', `Cannot update in-progress endpoint "${ARN}".`],
    ['Deleting', `Cannot update in-progress endpoint "${ARN}".`],
    ['Failed', 'Endpoint "ocr" is Failed: it allows nothing but DeleteEndpoint.'],
    ['OutOfService', 'Endpoint "ocr" is OutOfService: it allows nothing but DeleteEndpoint.'],
  ])('of an endpoint that is %s is refused', async (status, message) => {
    await createConfig();
    await change({ status });
    await expect(update()).rejects.toMatchObject(refused(message));
  });

  it('repairs an endpoint whose last update failed to roll back, which weights cannot', async () => {
    await createConfig();
    await change({ status: 'UpdateRollbackFailed' });
    await expect(set({ DesiredWeight: 2 })).rejects.toMatchObject(
      refused('Endpoint "ocr" is UpdateRollbackFailed: it allows nothing but UpdateEndpoint and DeleteEndpoint.'),
    );
    await update();
    expect((await describeEndpoint()).EndpointStatus).toBe('Updating');
  });

  it.each<
    [
      what: string,
      arrange: () => Promise<unknown>,
      input: Partial<UpdateEndpointCommandInput>,
      message: string | RegExp,
    ]
  >([
    [
      'an endpoint',
      createConfig,
      { EndpointName: 'nobody' },
      `Could not find endpoint "${ARN.replace('ocr', 'nobody')}".`,
    ],
    ['a config', () => Promise.resolve(), {}, /^Could not find endpoint configuration ".*endpoint-config\/next"\.$/],
    ['a model', deleteModel, {}, /^Could not find model ".*model\/ocr-model"\.$/],
    [
      'a topic',
      () => createConfig({}, withTopic()),
      {},
      /^The topic ".*:done" in AsyncInferenceConfig.* does not exist\. Create the topic, then update/,
    ],
    [
      'an alarm',
      createConfig,
      { DeploymentConfig: { ...CANARY, AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'errors' }] } } },
      'The alarm "errors" in AutoRollbackConfiguration.Alarms does not exist.',
    ],
  ])('that names %s that does not exist is refused, and nothing is changed', async (_what, arrange, input, message) => {
    await arrange();
    const before = await describeEndpoint();
    await expect(update(input)).rejects.toMatchObject(refused(message));
    expect({ ...(await describeEndpoint()), $metadata: {} }).toEqual({ ...before, $metadata: {} });
  });

  it.each<[what: string, variant: Partial<ProductionVariant>, message: RegExp]>([
    ['another instance type', { InstanceType: 'ml.c5.large' }, /would change the instance type of the variant "main"/],
    [
      'another variant',
      { VariantName: 'other' },
      /would remove the variant, which the new config does not have, "main"/,
    ],
  ])('to %s is refused while Application Auto Scaling scales the variant', async (_what, variant, message) => {
    await host.world.catalog.scalableTargets.create(scalableTargetKey('ocr', 'main'), {
      id: 'ocr',
      endpointName: 'ocr',
      variantName: 'main',
      minCapacity: 0,
      maxCapacity: 2,
      suspended: NOT_SUSPENDED,
      createdAt: 0,
    });
    await createConfig(variant);
    await expect(update()).rejects.toMatchObject(refused(message));
  });

  it.each<
    [
      what: string,
      variant: Partial<ProductionVariant>,
      differences: Partial<CreateEndpointConfigCommandInput>,
      message: RegExp,
    ]
  >([
    ['is not asynchronous', {}, { AsyncInferenceConfig: undefined }, /has no AsyncInferenceConfig/],
    ['is serverless', serverless(), {}, /variant "main" has a ServerlessConfig/],
  ])('to a config that %s is refused', async (_what, variant, differences, message) => {
    await createConfig(variant, differences);
    await expect(update()).rejects.toMatchObject(refused(message));
  });

  it('to a model of several containers is refused', async () => {
    await host.sagemaker.send(
      new CreateModelCommand({ ModelName: 'pipeline', Containers: [{ Image: 'a' }, { Image: 'b' }] }),
    );
    await createConfig({ ModelName: 'pipeline' });
    await expect(update()).rejects.toMatchObject(refused(/has 2 Containers, and only one container is supported/));
  });
});

const set = (capacity: { DesiredInstanceCount?: number; DesiredWeight?: number }) =>
  host.sagemaker.send(
    new UpdateEndpointWeightsAndCapacitiesCommand({
      EndpointName: 'ocr',
      DesiredWeightsAndCapacities: [{ VariantName: 'main', ...capacity }],
    }),
  );

describe('counts set by hand', () => {
  it('leave the endpoint Updating until they are reached, and weights do not', async () => {
    await set({ DesiredWeight: 3 });
    expect((await describeEndpoint()).EndpointStatus).toBe('InService');
    await set({ DesiredInstanceCount: 2 });
    expect((await describeEndpoint()).EndpointStatus).toBe('InService');
    await set({ DesiredInstanceCount: 4 });
    expect(await describeEndpoint()).toMatchObject({
      EndpointStatus: 'Updating',
      ProductionVariants: [{ DesiredInstanceCount: 4 }],
    });
  });

  it('cannot take all weight from an endpoint', async () => {
    await expect(set({ DesiredWeight: 0 })).rejects.toMatchObject(
      refused('The DesiredWeight of at least one variant of the endpoint must be above 0.'),
    );
  });
});

function withTopic(): Partial<CreateEndpointConfigCommandInput> {
  return { AsyncInferenceConfig: { OutputConfig: { NotificationConfig: { SuccessTopic: SUCCESS_TOPIC } } } };
}

function serverless(): Partial<ProductionVariant> {
  return {
    InitialInstanceCount: undefined,
    InstanceType: undefined,
    ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1 },
  };
}
