import {
  CreateEndpointConfigCommand,
  type CreateEndpointConfigCommandInput,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointConfigCommand,
  type ProductionVariant,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import { sendJson } from '../support/control-refusals.js';
import { ERROR_TOPIC, SUCCESS_TOPIC, asyncConfig, createModel } from '../support/deploy.js';

const ARN = 'arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/ocr';

let host: ControlHost;
beforeEach(async () => {
  host = await openControlHost();
  await createModel(host);
});
afterEach(() => host.close());

describe('an endpoint config', () => {
  it('is described as it was given', async () => {
    const config = asyncConfig(
      'OCR',
      {
        InitialInstanceCount: 2,
        InstanceType: 'ml.m5.large',
        InitialVariantWeight: 0.5,
        VolumeSizeInGB: 10,
        ModelDataDownloadTimeoutInSeconds: 120,
        ContainerStartupHealthCheckTimeoutInSeconds: 60,
        ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 4 },
        RoutingConfig: { RoutingStrategy: 'LEAST_OUTSTANDING_REQUESTS' },
        InferenceAmiVersion: 'al2-ami-sagemaker-inference-gpu-2',
      },
      {
        AsyncInferenceConfig: {
          ClientConfig: { MaxConcurrentInvocationsPerInstance: 4 },
          OutputConfig: {
            S3OutputPath: 's3://results/ocr',
            S3FailurePath: 's3://results/failed/',
            KmsKeyId: 'alias/key',
            NotificationConfig: {
              SuccessTopic: SUCCESS_TOPIC,
              ErrorTopic: ERROR_TOPIC,
              IncludeInferenceResponseIn: ['SUCCESS_NOTIFICATION_TOPIC', 'ERROR_NOTIFICATION_TOPIC'],
            },
          },
        },
        ExecutionRoleArn: 'arn:aws:iam::123456789012:role/ebb',
        KmsKeyId: 'key/1',
        VpcConfig: { SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1'] },
      },
    );
    const created = await host.sagemaker.send(new CreateEndpointConfigCommand(config));
    expect(created.EndpointConfigArn).toBe(ARN);
    const described = await host.sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: 'OCR' }));
    expect(described).toMatchObject({ ...config, EndpointConfigArn: created.EndpointConfigArn });
    expect(described.CreationTime).toBeInstanceOf(Date);
  });

  it('needs no paths, no topics and no concurrency', async () => {
    const config = asyncConfig('ocr', {}, { AsyncInferenceConfig: { OutputConfig: {} } });
    await host.sagemaker.send(new CreateEndpointConfigCommand(config));
    const described = await host.sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: 'ocr' }));
    expect(described.AsyncInferenceConfig).toEqual({ OutputConfig: {} });
    expect(described.ProductionVariants).toEqual([
      { VariantName: 'main', ModelName: 'ocr-model', InitialInstanceCount: 1, InitialVariantWeight: 1 },
    ]);
  });

  it('may start at zero if the variant scales itself from zero', async () => {
    const scaling = { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 2 } as const;
    const config = asyncConfig('ocr', { InitialInstanceCount: undefined, ManagedInstanceScaling: scaling });
    await host.sagemaker.send(new CreateEndpointConfigCommand(config));
    const described = await host.sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: 'ocr' }));
    expect(described.ProductionVariants?.[0]).not.toHaveProperty('InitialInstanceCount');
    expect(described.ProductionVariants?.[0]?.ManagedInstanceScaling).toEqual(scaling);
  });

  it('is unique and found in any case of its name', async () => {
    await host.sagemaker.send(new CreateEndpointConfigCommand(asyncConfig('OCR')));
    await expect(host.sagemaker.send(new CreateEndpointConfigCommand(asyncConfig('ocr')))).rejects.toMatchObject({
      message: `Cannot create already existing endpoint configuration "${ARN}".`,
    });
    const described = await host.sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: 'ocr' }));
    expect(described.EndpointConfigName).toBe('OCR');
  });

  it('may be deleted once, and its model before it', async () => {
    await host.sagemaker.send(new CreateEndpointConfigCommand(asyncConfig('ocr')));
    await host.sagemaker.send(new DeleteModelCommand({ ModelName: 'ocr-model' }));
    await host.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'ocr' }));
    await expect(
      host.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'ocr' })),
    ).rejects.toMatchObject({
      name: 'ValidationException',
      message: `Could not find endpoint configuration "${ARN}".`,
    });
  });
});

describe('every member of a variant is described as given:', () => {
  it.each<readonly [string, Partial<ProductionVariant>]>([
    ['a timeout for finding machines', { VariantInstanceProvisionTimeoutInSeconds: 300 }],
    ['an accelerator of old', { AcceleratorType: 'ml.eia2.medium' }],
    ['core dumps', { CoreDumpConfig: { DestinationS3Uri: 's3://dumps/ocr', KmsKeyId: 'alias/key' } }],
    ['a shell on the machine', { EnableSSMAccess: true }],
    ['no shell on the machine', { EnableSSMAccess: false }],
    [
      'a reservation',
      {
        CapacityReservationConfig: {
          CapacityReservationPreference: 'capacity-reservations-only',
          MlReservationArn: 'arn:aws:sagemaker:us-east-1:123456789012:training-plan/p',
        },
      },
    ],
    [
      'how it scales in',
      {
        ManagedInstanceScaling: {
          Status: 'ENABLED',
          MaxInstanceCount: 4,
          ScaleInPolicy: { Strategy: 'CONSOLIDATION', MaximumStepSize: 2, CooldownInMinutes: 5 },
        },
      },
    ],
    [
      'routing by prefix',
      {
        RoutingConfig: {
          RoutingStrategy: 'PREFIX_AWARE',
          PrefixAwareRoutingConfig: { PrefixLength: 1024, ConcurrencyThreshold: 8 },
        },
      },
    ],
    [
      'pools of instances',
      {
        InstancePools: [
          { InstanceType: 'ml.g5.xlarge', Priority: 1 },
          { InstanceType: 'ml.m5.large', Priority: 2, ModelNameOverride: 'ocr-small' },
        ],
      },
    ],
    [
      'no instances',
      {
        InitialInstanceCount: undefined,
        ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 10, ProvisionedConcurrency: 10 },
      },
    ],
  ])('%s', async (_, members) => {
    const config = asyncConfig('ocr', { InitialVariantWeight: 2, ...members });
    await host.sagemaker.send(new CreateEndpointConfigCommand(config));
    const described = await host.sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: 'ocr' }));
    expect(described.ProductionVariants).toEqual(config.ProductionVariants);
  });

  it('also if the SDK does not know it yet', async () => {
    const variant = {
      ...asyncConfig('ocr').ProductionVariants![0],
      InitialVariantWeight: 1,
      RoutingConfig: { RoutingStrategy: 'KV_AWARE' },
      AcceleratorPartitionLayouts: [{ AcceleratorPartitionTypes: ['mig-3g.40gb', 'mig-4g.40gb'] }],
    };
    const config = {
      EndpointConfigName: 'ocr',
      ProductionVariants: [variant],
      CrossRegionTrafficConfig: { MaxInvocationsPerSecondPerInstance: 10, MaxCrossRegionPercentPerEndpoint: 50 },
    };
    await sendJson(host, 'CreateEndpointConfig', config);
    expect(await sendJson(host, 'DescribeEndpointConfig', { EndpointConfigName: 'ocr' })).toEqual({
      ...config,
      EndpointConfigArn: ARN,
      EnableNetworkIsolation: false,
      CreationTime: expect.any(Number),
    });
  });
});

describe('every member beside the variants is described as given:', () => {
  const shadow = { VariantName: 'shadow', ModelName: 'ocr-model', InitialInstanceCount: 1, InitialVariantWeight: 1 };

  it.each<readonly [string, Partial<CreateEndpointConfigCommandInput>]>([
    ['isolation', { EnableNetworkIsolation: true }],
    [
      'metrics',
      {
        MetricsConfig: {
          EnableEnhancedMetrics: true,
          EnableDetailedObservability: false,
          MetricPublishFrequencyInSeconds: 10,
        },
      },
    ],
    ['a variant that is shadowed', { ShadowProductionVariants: [shadow] }],
    [
      'a data capture that is off',
      {
        DataCaptureConfig: {
          EnableCapture: false,
          InitialSamplingPercentage: 100,
          DestinationS3Uri: 's3://capture/ocr',
          KmsKeyId: 'alias/key',
          CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
          CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'], JsonContentTypes: ['application/json'] },
        },
      },
    ],
    ['no AsyncInferenceConfig', { AsyncInferenceConfig: undefined }],
  ])('%s', async (_, members) => {
    const config = asyncConfig('ocr', { InitialVariantWeight: 1 }, members);
    await host.sagemaker.send(new CreateEndpointConfigCommand(config));
    const described = await host.sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: 'ocr' }));
    expect(described).toEqual({
      EnableNetworkIsolation: false,
      ...config,
      EndpointConfigArn: ARN,
      CreationTime: expect.any(Date),
      $metadata: expect.anything(),
    });
  });

  it('several variants, in their order', async () => {
    const variants = ['b', 'a', 'c'].map((VariantName, index) => ({
      VariantName,
      ModelName: 'ocr-model',
      InitialInstanceCount: 1 + index,
      InitialVariantWeight: index,
    }));
    await host.sagemaker.send(
      new CreateEndpointConfigCommand(asyncConfig('ocr', {}, { ProductionVariants: variants })),
    );
    const described = await host.sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: 'ocr' }));
    expect(described.ProductionVariants).toEqual(variants);
  });
});
