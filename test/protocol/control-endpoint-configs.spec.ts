import {
  CreateEndpointConfigCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointConfigCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import { ERROR_TOPIC, SUCCESS_TOPIC, asyncConfig, createModel } from '../support/deploy.js';

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
    expect(created.EndpointConfigArn).toBe('arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/ocr');
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

  it('may start at zero where the variant scales itself from zero', async () => {
    const scaling = { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 2 } as const;
    const config = asyncConfig('ocr', { InitialInstanceCount: undefined, ManagedInstanceScaling: scaling });
    await host.sagemaker.send(new CreateEndpointConfigCommand(config));
    const described = await host.sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: 'ocr' }));
    expect(described.ProductionVariants?.[0]).not.toHaveProperty('InitialInstanceCount');
    expect(described.ProductionVariants?.[0]?.ManagedInstanceScaling).toEqual(scaling);
  });

  it('may be deleted once, and its model before it', async () => {
    await host.sagemaker.send(new CreateEndpointConfigCommand(asyncConfig('ocr')));
    await host.sagemaker.send(new DeleteModelCommand({ ModelName: 'ocr-model' }));
    await host.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'ocr' }));
    await expect(
      host.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'ocr' })),
    ).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Could not find endpoint configuration "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/ocr".',
    });
  });
});
