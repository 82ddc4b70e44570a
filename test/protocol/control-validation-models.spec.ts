import { CreateModelCommand, type CreateModelCommandInput } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import {
  type Command,
  type Refusal,
  missing,
  notOneOf,
  one,
  refusalOf,
  tooLong,
  unmatched,
} from '../support/control-refusals.js';

const LONG = 'x'.repeat(64);
const S3_PATTERN = '(https|s3)://([^/]+)/?(.*)';
const FREQUENCIES = [10, 30, 60, 120, 180, 240, 300];

let host: ControlHost;
beforeAll(async () => {
  host = await openControlHost();
});
afterAll(() => host.close());

/** Sends requests that no well-typed client would send. */
const model = (input: object): Command => new CreateModelCommand(input as CreateModelCommandInput);
const image = { Image: 'ocr' };
const sixteen = Array.from({ length: 16 }, () => ({ Image: 'x' }));
const container = (members: object): Command => model({ ModelName: 'm', PrimaryContainer: { ...image, ...members } });
const containers = (...list: object[]): Command =>
  model({ ModelName: 'm', Containers: list.map((members) => ({ ...image, ...members })) });

const object = { S3Uri: 's3://models/m.tar.gz', S3DataType: 'S3Object', CompressionType: 'Gzip' };
const source = (members: object): Command =>
  container({ ModelDataSource: { S3DataSource: { ...object, ...members } } });
const SOURCE = 'primaryContainer.modelDataSource.s3DataSource';
const channels = (...names: string[]): Command =>
  container({ AdditionalModelDataSources: names.map((ChannelName) => ({ ChannelName, S3DataSource: object })) });

describe('a model is refused for', () => {
  it.each<Refusal>([
    ['no name', model({ PrimaryContainer: image }), missing('modelName')],
    [
      'an odd name',
      model({ ModelName: '-a', PrimaryContainer: image }),
      unmatched('modelName', '-a', '[a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?'),
    ],
    ['a long name', model({ ModelName: LONG, PrimaryContainer: image }), tooLong('modelName', LONG, 63)],
    ['no container', model({ ModelName: 'm' }), missing('primaryContainer')],
    [
      'a primary container beside others',
      model({ ModelName: 'm', PrimaryContainer: image, Containers: [image] }),
      one('containers', [image], 'Member must be null where PrimaryContainer is given'),
    ],
    ['too many containers', model({ ModelName: 'm', Containers: sixteen }), tooLong('containers', sixteen, 15)],
    [
      'an odd role',
      model({ ModelName: 'm', PrimaryContainer: image, ExecutionRoleArn: 'arn:aws:iam::1:role/x' }),
      unmatched(
        'executionRoleArn',
        'arn:aws:iam::1:role/x',
        'arn:aws[a-z\\-]*:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+',
      ),
    ],
    [
      'a network without subnets',
      model({ ModelName: 'm', PrimaryContainer: image, VpcConfig: { SecurityGroupIds: ['sg-1'] } }),
      missing('vpcConfig.subnets'),
    ],
    [
      'an odd security group',
      model({ ModelName: 'm', PrimaryContainer: image, VpcConfig: { SecurityGroupIds: ['sg_1'], Subnets: ['s'] } }),
      unmatched('vpcConfig.securityGroupIds.1.member', 'sg_1', '[-0-9a-zA-Z]+'),
    ],
    [
      'an isolation that is neither on nor off',
      model({ ModelName: 'm', PrimaryContainer: image, EnableNetworkIsolation: 'yes' }),
      one('enableNetworkIsolation', 'yes', 'Member must be a boolean'),
    ],
    [
      'an unknown way of execution',
      model({ ModelName: 'm', PrimaryContainer: image, InferenceExecutionConfig: { Mode: 'Parallel' } }),
      notOneOf('inferenceExecutionConfig.mode', 'Parallel', ['Serial', 'Direct']),
    ],
  ])('%s', async (_, command, message) => {
    expect(await refusalOf(host, command)).toBe(message);
  });
});

describe('a container is refused for', () => {
  it.each<Refusal>([
    ['no image', model({ ModelName: 'm', PrimaryContainer: {} }), missing('primaryContainer.image')],
    ['an image with a space', container({ Image: 'a b' }), unmatched('primaryContainer.image', 'a b', '[\\S]+')],
    [
      'a package, of which no image is known',
      container({ ModelPackageName: 'package' }),
      one('primaryContainer.modelPackageName', 'package', 'Member must be null: it is not supported by Ebb yet'),
    ],
    [
      'model data that is not in S3',
      container({ ModelDataUrl: 'ftp://a/b' }),
      unmatched('primaryContainer.modelDataUrl', 'ftp://a/b', S3_PATTERN),
    ],
    [
      'model data without a key',
      container({ ModelDataUrl: 's3://models' }),
      one('primaryContainer.modelDataUrl', 's3://models', 'Member must be the address of an S3 object'),
    ],
    [
      'an odd variable',
      container({ Environment: { '1': 'x' } }),
      unmatched('primaryContainer.environment', '1', '[a-zA-Z_][a-zA-Z0-9_]*'),
    ],
    [
      'a long variable',
      container({ Environment: { A: 'x'.repeat(1025) } }),
      tooLong('primaryContainer.environment.A', `${'x'.repeat(256)}...`, 1024),
    ],
    [
      'an unknown registry',
      container({ ImageConfig: {} }),
      missing('primaryContainer.imageConfig.repositoryAccessMode'),
    ],
    [
      'credentials for a public registry',
      container({
        ImageConfig: {
          RepositoryAccessMode: 'Platform',
          RepositoryAuthConfig: { RepositoryCredentialsProviderArn: 'a' },
        },
      }),
      one(
        'primaryContainer.imageConfig.repositoryAuthConfig',
        { RepositoryCredentialsProviderArn: 'a' },
        'Member must be null where RepositoryAccessMode is Platform',
      ),
    ],
    [
      'an unknown mode',
      container({ Mode: 'NoModel' }),
      notOneOf('primaryContainer.mode', 'NoModel', ['SingleModel', 'MultiModel']),
    ],
    [
      'many models from nowhere',
      container({ Mode: 'MultiModel' }),
      one('primaryContainer.modelDataUrl', 'null', 'Member must not be null where Mode is MultiModel'),
    ],
    [
      'an unknown cache setting',
      container({ MultiModelConfig: { ModelCacheSetting: 'On' } }),
      notOneOf('primaryContainer.multiModelConfig.modelCacheSetting', 'On', ['Enabled', 'Disabled']),
    ],
    [
      'metrics at an odd pace',
      container({
        ContainerMetricsConfig: {
          MetricsEndpoints: [{ MetricsEndpointPath: '/metrics', MetricPublishFrequencyInSeconds: 15 }],
        },
      }),
      notOneOf(
        'primaryContainer.containerMetricsConfig.metricsEndpoints.1.member.metricPublishFrequencyInSeconds',
        15,
        FREQUENCIES,
      ),
    ],
    [
      'metrics above the root',
      container({ ContainerMetricsConfig: { MetricsEndpoints: [{ MetricsEndpointPath: '/../x' }] } }),
      unmatched(
        'primaryContainer.containerMetricsConfig.metricsEndpoints.1.member.metricsEndpointPath',
        '/../x',
        '/(?!.*\\.\\.)[a-zA-Z0-9/_.\\-]+',
      ),
    ],
  ])('%s', async (_, command, message) => {
    expect(await refusalOf(host, command)).toBe(message);
  });
});

describe('model data is refused for', () => {
  it.each<Refusal>([
    [
      'being given twice',
      container({ ModelDataUrl: 's3://models/m.tar.gz', ModelDataSource: { S3DataSource: object } }),
      one(
        'primaryContainer.modelDataSource',
        { S3DataSource: object },
        'Member must be null where ModelDataUrl is given',
      ),
    ],
    [
      'being for many models',
      container({ Mode: 'MultiModel', ModelDataUrl: 's3://models/', ModelDataSource: { S3DataSource: object } }),
      one('primaryContainer.modelDataSource', { S3DataSource: object }, 'Member must be null where Mode is MultiModel'),
    ],
    ['being nowhere', container({ ModelDataSource: {} }), missing(SOURCE)],
    ['no address', source({ S3Uri: undefined }), missing(`${SOURCE}.s3Uri`)],
    ['no type', source({ S3DataType: undefined }), missing(`${SOURCE}.s3DataType`)],
    [
      'an unknown compression',
      source({ CompressionType: 'Zip' }),
      notOneOf(`${SOURCE}.compressionType`, 'Zip', ['None', 'Gzip']),
    ],
    [
      'a prefix that is an archive',
      source({ S3Uri: 's3://models/m/', S3DataType: 'S3Prefix' }),
      one(`${SOURCE}.compressionType`, 'Gzip', 'Member must be None where S3DataType is S3Prefix'),
    ],
    [
      'an invalid prefix',
      source({ S3Uri: 's3://models/m', S3DataType: 'S3Prefix', CompressionType: 'None' }),
      one(`${SOURCE}.s3Uri`, 's3://models/m', 'Member must end with a forward slash where S3DataType is S3Prefix'),
    ],
    [
      'an object without a key',
      source({ S3Uri: 's3://models' }),
      one(`${SOURCE}.s3Uri`, 's3://models', 'Member must be the address of an S3 object'),
    ],
    [
      'a licence neither accepted nor refused',
      source({ ModelAccessConfig: {} }),
      missing(`${SOURCE}.modelAccessConfig.acceptEula`),
    ],
    [
      'two channels of one name',
      channels('a', 'a'),
      one('primaryContainer.additionalModelDataSources.2.member.channelName', 'a', 'Member must be unique'),
    ],
    [
      'a channel that would leave its place',
      channels('..'),
      one(
        'primaryContainer.additionalModelDataSources.1.member.channelName',
        '..',
        'Member must be the name of a directory',
      ),
    ],
    [
      'a channel with a slash',
      channels('a/b'),
      unmatched('primaryContainer.additionalModelDataSources.1.member.channelName', 'a/b', '[A-Za-z0-9\\.\\-_]+'),
    ],
  ])('%s', async (_, command, message) => {
    expect(await refusalOf(host, command)).toBe(message);
  });
});

describe('several containers are refused for', () => {
  /** 17 times a thousand bytes. */
  const environment = Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`K${n}`, 'x'.repeat(998)]));

  it.each<Refusal>([
    [
      'a name for one of them only',
      containers({ ContainerHostname: 'a' }, {}),
      one('containers.2.member.containerHostname', 'null', 'Member must not be null where another container has one'),
    ],
    [
      'one name for two',
      containers({ ContainerHostname: 'a' }, { ContainerHostname: 'a' }),
      one('containers.2.member.containerHostname', 'a', 'Member must be unique'),
    ],
    [
      'two that host many models',
      containers(
        { Mode: 'MultiModel', ModelDataUrl: 's3://models/' },
        { Mode: 'MultiModel', ModelDataUrl: 's3://models/' },
      ),
      one('containers.2.member.mode', 'MultiModel', 'Member must be MultiModel in one container only'),
    ],
    [
      'too large an environment of all together',
      containers({ Environment: environment }, { Environment: environment }),
      one(
        'containers.2.member.environment',
        `${JSON.stringify(environment).slice(0, 256)}...`,
        'Member must have a total size of at most 32768 bytes over all containers',
      ),
    ],
  ])('%s', async (_, command, message) => {
    expect(await refusalOf(host, command)).toBe(message);
  });

  it('having no names to be invoked by', async () => {
    const input = { ModelName: 'm', Containers: [image, image], InferenceExecutionConfig: { Mode: 'Direct' } };
    const message = await refusalOf(host, model(input));
    for (const position of [1, 2]) {
      expect(message).toContain(
        `'containers.${position}.member.containerHostname' failed to satisfy constraint: Member must not be null ` +
          'where InferenceExecutionConfig.Mode is Direct',
      );
    }
  });
});
