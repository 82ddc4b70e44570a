import {
  type ContainerDefinition,
  CreateModelCommand,
  type CreateModelCommandInput,
  DeleteModelCommand,
  DescribeModelCommand,
  type DescribeModelCommandOutput,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlHost, openControlHost } from '../support/control-host.js';

const ARN = 'arn:aws:sagemaker:us-east-1:123456789012:model/ocr-model';

let host: ControlHost;
beforeEach(async () => {
  host = await openControlHost();
});
afterEach(() => host.close());

async function described(input: CreateModelCommandInput): Promise<DescribeModelCommandOutput> {
  await host.sagemaker.send(new CreateModelCommand(input));
  return host.sagemaker.send(new DescribeModelCommand({ ModelName: input.ModelName }));
}

describe('a model', () => {
  it('is created, described as it was given, and deleted', async () => {
    const input = {
      ModelName: 'OCR-model',
      PrimaryContainer: {
        Image: '123.dkr.ecr.us-east-1.amazonaws.com/ocr:1',
        ModelDataUrl: 's3://models/ocr.tar.gz',
        Environment: { LANGUAGE: 'eng' },
        ContainerHostname: 'ocr',
      },
      ExecutionRoleArn: 'arn:aws:iam::123456789012:role/ebb',
      VpcConfig: { SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1', 'subnet-2'] },
      EnableNetworkIsolation: true,
    };
    const model = await described(input);
    expect(model).toEqual({
      ...input,
      PrimaryContainer: { ...input.PrimaryContainer, Mode: 'SingleModel' },
      ModelArn: ARN,
      CreationTime: expect.any(Date),
      $metadata: expect.anything(),
    });
    expect(Math.abs(model.CreationTime!.getTime() - Date.now())).toBeLessThan(60_000);

    await host.sagemaker.send(new DeleteModelCommand({ ModelName: 'OCR-model' }));
    await expect(host.sagemaker.send(new DescribeModelCommand({ ModelName: 'OCR-model' }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: `Could not find model "${ARN}".`,
    });
  });

  it('leaves out members that were not given', async () => {
    const model = await described({ ModelName: 'm', PrimaryContainer: { Image: 'ocr' }, Containers: [] });
    expect(model).toEqual({
      ModelName: 'm',
      ModelArn: 'arn:aws:sagemaker:us-east-1:123456789012:model/m',
      PrimaryContainer: { Image: 'ocr', Mode: 'SingleModel' },
      EnableNetworkIsolation: false,
      CreationTime: expect.any(Date),
      $metadata: expect.anything(),
    });
  });

  it('is unique and found in any case of its name', async () => {
    const model = { ModelName: 'OCR-model', PrimaryContainer: { Image: 'ocr' } };
    await host.sagemaker.send(new CreateModelCommand(model));
    await expect(
      host.sagemaker.send(new CreateModelCommand({ ...model, ModelName: 'ocr-MODEL' })),
    ).rejects.toMatchObject({ message: `Cannot create already existing model "${ARN}".` });
    const found = await host.sagemaker.send(new DescribeModelCommand({ ModelName: 'ocr-model' }));
    expect(found.ModelName).toBe('OCR-model');
  });
});

describe('every member of a container is described as given:', () => {
  it.each<readonly [string, Omit<ContainerDefinition, 'Image'>]>([
    ['many models in one', { Mode: 'MultiModel', ModelDataUrl: 's3://models/all/', MultiModelConfig: {} }],
    [
      'many models in one, not cached',
      {
        Mode: 'MultiModel',
        ModelDataUrl: 's3://models/all/',
        MultiModelConfig: { ModelCacheSetting: 'Disabled' },
      },
    ],
    ['a public registry', { ImageConfig: { RepositoryAccessMode: 'Platform' } }],
    [
      'a registry of one’s own',
      {
        ImageConfig: {
          RepositoryAccessMode: 'Vpc',
          RepositoryAuthConfig: { RepositoryCredentialsProviderArn: 'arn:aws:lambda:us-east-1:123456789012:f' },
        },
      },
    ],
    [
      'files under a prefix',
      {
        ModelDataSource: {
          S3DataSource: {
            S3Uri: 's3://models/llm/',
            S3DataType: 'S3Prefix',
            CompressionType: 'None',
            ManifestS3Uri: 's3://models/llm/manifest.json',
            ManifestEtag: '"2"',
            ModelAccessConfig: { AcceptEula: true },
            HubAccessConfig: { HubContentArn: 'arn:aws:sagemaker:us-east-1:123456789012:hub-content/a/b/c/1' },
          },
        },
      },
    ],
    [
      'an archive, and files beside the model',
      {
        ModelDataSource: {
          S3DataSource: {
            S3Uri: 's3://models/llm.tar.gz',
            S3DataType: 'S3Object',
            CompressionType: 'Gzip',
            ETag: '"1"',
          },
        },
        AdditionalModelDataSources: [
          {
            ChannelName: 'draft_model',
            S3DataSource: {
              S3Uri: 's3://models/draft/weights.bin',
              S3DataType: 'S3Object',
              CompressionType: 'None',
              ModelAccessConfig: { AcceptEula: false },
            },
          },
          {
            ChannelName: 'adapter.1',
            S3DataSource: { S3Uri: 's3://models/adapter/', S3DataType: 'S3Prefix', CompressionType: 'None' },
          },
        ],
      },
    ],
    [
      'metrics',
      {
        ContainerMetricsConfig: {
          MetricsEndpoints: [{ MetricsEndpointPath: '/server/metrics', MetricPublishFrequencyInSeconds: 10 }],
        },
      },
    ],
  ])('%s', async (_, members) => {
    const container = { Image: 'ocr', ...members };
    const model = await described({ ModelName: 'm', PrimaryContainer: container });
    expect(model.PrimaryContainer).toEqual({ Mode: 'SingleModel', ...container });
  });
});

describe('several containers', () => {
  it('are described in their order, with their invocation mode', async () => {
    const containers = [
      { Image: 'tokens', ContainerHostname: 'first', Environment: { A: '1' } },
      { Image: 'model', ContainerHostname: 'second', ModelDataUrl: 's3://models/m.tar.gz' },
    ];
    const model = await described({
      ModelName: 'pipeline',
      Containers: containers,
      InferenceExecutionConfig: { Mode: 'Direct' },
    });
    expect(model.Containers).toEqual(containers.map((container) => ({ ...container, Mode: 'SingleModel' })));
    expect(model.InferenceExecutionConfig).toEqual({ Mode: 'Direct' });
    expect(model).not.toHaveProperty('PrimaryContainer');
  });

  it('may be only one, which is not a primary one then', async () => {
    const model = await described({ ModelName: 'm', Containers: [{ Image: 'ocr' }] });
    expect(model.Containers).toEqual([{ Image: 'ocr', Mode: 'SingleModel' }]);
    expect(model).not.toHaveProperty('PrimaryContainer');
  });
});
