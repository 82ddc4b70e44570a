import {
  AddTagsCommand,
  CreateModelCommand,
  DeleteModelCommand,
  DeleteTagsCommand,
  DescribeModelCommand,
  ListTagsCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlHost, openControlHost } from '../support/control-host.js';

const ARN = 'arn:aws:sagemaker:us-east-1:123456789012:model/ocr-model';

let host: ControlHost;
beforeEach(async () => {
  host = await openControlHost();
});
afterEach(() => host.close());

describe('a model', () => {
  it('is created, described as it was given, and deleted', async () => {
    const container = {
      Image: '123.dkr.ecr.us-east-1.amazonaws.com/ocr:1',
      ModelDataUrl: 's3://models/ocr.tar.gz',
      Environment: { LANGUAGE: 'eng' },
      ContainerHostname: 'ocr',
    };
    const role = 'arn:aws:iam::123456789012:role/ebb';
    const vpc = { SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1', 'subnet-2'] };
    const created = await host.sagemaker.send(
      new CreateModelCommand({
        ModelName: 'OCR-model',
        PrimaryContainer: container,
        ExecutionRoleArn: role,
        VpcConfig: vpc,
      }),
    );
    expect(created.ModelArn).toBe(ARN);

    const described = await host.sagemaker.send(new DescribeModelCommand({ ModelName: 'OCR-model' }));
    expect(described).toMatchObject({
      ModelName: 'OCR-model',
      ModelArn: ARN,
      PrimaryContainer: { ...container, Mode: 'SingleModel' },
      ExecutionRoleArn: role,
      VpcConfig: vpc,
      EnableNetworkIsolation: false,
    });
    expect(Math.abs(described.CreationTime!.getTime() - Date.now())).toBeLessThan(60_000);

    await host.sagemaker.send(new DeleteModelCommand({ ModelName: 'OCR-model' }));
    await expect(host.sagemaker.send(new DescribeModelCommand({ ModelName: 'OCR-model' }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: `Could not find model "${ARN}".`,
    });
  });

  it('may be given as the only one of several containers', async () => {
    await host.sagemaker.send(new CreateModelCommand({ ModelName: 'm', Containers: [{ Image: 'ocr' }] }));
    const described = await host.sagemaker.send(new DescribeModelCommand({ ModelName: 'm' }));
    expect(described.PrimaryContainer?.Image).toBe('ocr');
  });

  it('leaves out what was not given', async () => {
    await host.sagemaker.send(new CreateModelCommand({ ModelName: 'm', PrimaryContainer: { Image: 'ocr' } }));
    const described = await host.sagemaker.send(new DescribeModelCommand({ ModelName: 'm' }));
    expect(described).not.toHaveProperty('ExecutionRoleArn');
    expect(described).not.toHaveProperty('VpcConfig');
    expect(described.PrimaryContainer).toEqual({ Image: 'ocr', Mode: 'SingleModel', Environment: {} });
  });
});

describe('tags', () => {
  it('are attached, listed, overwritten and removed', async () => {
    const create = { ModelName: 'OCR-model', PrimaryContainer: { Image: 'ocr' }, Tags: [{ Key: 'team', Value: 'a' }] };
    await host.sagemaker.send(new CreateModelCommand(create));
    const added = await host.sagemaker.send(
      new AddTagsCommand({
        ResourceArn: ARN,
        Tags: [
          { Key: 'team', Value: 'b' },
          { Key: 'cost', Value: '' },
        ],
      }),
    );
    const both = [
      { Key: 'team', Value: 'b' },
      { Key: 'cost', Value: '' },
    ];
    expect(added.Tags).toEqual(both);
    expect((await host.sagemaker.send(new ListTagsCommand({ ResourceArn: ARN }))).Tags).toEqual(both);
    await host.sagemaker.send(new DeleteTagsCommand({ ResourceArn: ARN, TagKeys: ['team', 'other'] }));
    expect((await host.sagemaker.send(new ListTagsCommand({ ResourceArn: ARN }))).Tags).toEqual([both[1]]);
  });

  it('are at most fifty on one resource', async () => {
    await host.sagemaker.send(new CreateModelCommand({ ModelName: 'OCR-model', PrimaryContainer: { Image: 'ocr' } }));
    const fifty = Array.from({ length: 50 }, (_, n) => ({ Key: `key-${n}`, Value: '' }));
    await host.sagemaker.send(new AddTagsCommand({ ResourceArn: ARN, Tags: fifty }));
    const oneMore = new AddTagsCommand({ ResourceArn: ARN, Tags: [{ Key: 'one-more', Value: '' }] });
    await expect(host.sagemaker.send(oneMore)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('of nothing cannot be listed', async () => {
    await expect(host.sagemaker.send(new ListTagsCommand({ ResourceArn: ARN }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: `Could not find a resource with the ARN "${ARN}".`,
    });
  });
});
