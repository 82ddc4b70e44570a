import {
  CreateEndpointConfigCommand,
  type CreateEndpointConfigCommandInput,
  type ProductionVariant,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import {
  type Command,
  type Refusal,
  missing,
  notOneOf,
  one,
  refusalOf,
  sendJson,
  tooLarge,
  tooSmall,
  unmatched,
} from '../support/control-refusals.js';
import { asyncConfig, createModel } from '../support/deploy.js';

const VARIANT = 'productionVariants.1.member';
const DESTINATION_PATTERN = '(https|s3)://([^/])/?(.*)';
const NOT_SUPPORTED = 'Member must be null: it is not supported by Ebb yet';

let host: ControlHost;
beforeAll(async () => {
  host = await openControlHost();
  await createModel(host);
});
afterAll(() => host.close());

/** Sends requests that no well-typed client would send. */
const config = (members: object): Command => new CreateEndpointConfigCommand({ ...asyncConfig('c'), ...members });
const variant = (members: object): Command =>
  new CreateEndpointConfigCommand(asyncConfig('c', members as Partial<ProductionVariant>));
const asyncInference = (members: object): Command => config({ AsyncInferenceConfig: members });
const second = { VariantName: 'second', ModelName: 'ocr-model', InitialInstanceCount: 1 };
const first = { ...second, VariantName: 'first' };

describe('an endpoint config is refused for', () => {
  const capture = {
    InitialSamplingPercentage: 1,
    DestinationS3Uri: 's3://bucket/c',
    CaptureOptions: [{ CaptureMode: 'Input' }],
  };

  it.each<Refusal>([
    ['no name', config({ EndpointConfigName: undefined }), missing('endpointConfigName')],
    ['no variants', config({ ProductionVariants: undefined }), missing('productionVariants')],
    [
      'an empty list of variants',
      config({ ProductionVariants: [] }),
      one('productionVariants', [], 'Member must have length greater than or equal to 1'),
    ],
    [
      'two variants of one name',
      config({ ProductionVariants: [first, first] }),
      one('productionVariants.2.member.variantName', 'first', 'Member must be unique'),
    ],
    [
      'a shadow of several variants',
      config({ ProductionVariants: [first, second], ShadowProductionVariants: [second] }),
      one('productionVariants', [first, second], 'Member must have length 1 where ShadowProductionVariants is given'),
    ],
    [
      'a shadow without a model',
      config({ ShadowProductionVariants: [{ VariantName: 's', InitialInstanceCount: 1 }] }),
      one(
        'shadowProductionVariants.1.member.modelName',
        'null',
        'Member must not be null: inference components are not supported by Ebb yet',
      ),
    ],
    ['data capture', config({ DataCaptureConfig: capture }), one('dataCaptureConfig', capture, NOT_SUPPORTED)],
    [
      'a data capture that is off, but is none',
      config({ DataCaptureConfig: { ...capture, EnableCapture: false, CaptureOptions: undefined } }),
      missing('dataCaptureConfig.captureOptions'),
    ],
    [
      'explanations',
      config({ ExplainerConfig: { ClarifyExplainerConfig: { ShapConfig: { ShapBaselineConfig: {} } } } }),
      one('explainerConfig', { ClarifyExplainerConfig: { ShapConfig: { ShapBaselineConfig: {} } } }, NOT_SUPPORTED),
    ],
    [
      'metrics at an odd pace',
      config({ MetricsConfig: { MetricPublishFrequencyInSeconds: 11 } }),
      notOneOf('metricsConfig.metricPublishFrequencyInSeconds', 11, [10, 30, 60, 120, 180, 240, 300]),
    ],
    ['no output config', asyncInference({}), missing('asyncInferenceConfig.outputConfig')],
    [
      'an output path that is not in S3',
      asyncInference({ OutputConfig: { S3OutputPath: '/tmp/out' } }),
      unmatched('asyncInferenceConfig.outputConfig.s3OutputPath', '/tmp/out', DESTINATION_PATTERN),
    ],
    [
      'a failure path that is only a web address',
      asyncInference({ OutputConfig: { S3FailurePath: 'https://example.com/failed' } }),
      one(
        'asyncInferenceConfig.outputConfig.s3FailurePath',
        'https://example.com/failed',
        'Member must be the address of an S3 bucket or of a prefix in one',
      ),
    ],
    [
      'a failure path in a bucket that S3 would not let be',
      asyncInference({ OutputConfig: { S3FailurePath: 's3://Failed_ones/ocr' } }),
      one(
        'asyncInferenceConfig.outputConfig.s3FailurePath',
        's3://Failed_ones/ocr',
        'Member must be the address of an S3 bucket or of a prefix in one',
      ),
    ],
    [
      'a topic that is no ARN',
      asyncInference({ OutputConfig: { NotificationConfig: { SuccessTopic: 'done' } } }),
      unmatched(
        'asyncInferenceConfig.outputConfig.notificationConfig.successTopic',
        'done',
        'arn:aws[a-z\\-]*:sns:[a-z0-9\\-]*:[0-9]{12}:[a-zA-Z0-9_.-]+',
      ),
    ],
    [
      'an unknown kind of topic',
      asyncInference({ OutputConfig: { NotificationConfig: { IncludeInferenceResponseIn: ['ALL'] } } }),
      notOneOf('asyncInferenceConfig.outputConfig.notificationConfig.includeInferenceResponseIn.1.member', 'ALL', [
        'SUCCESS_NOTIFICATION_TOPIC',
        'ERROR_NOTIFICATION_TOPIC',
      ]),
    ],
    [
      'too much at once',
      asyncInference({ ClientConfig: { MaxConcurrentInvocationsPerInstance: 1001 }, OutputConfig: {} }),
      tooLarge('asyncInferenceConfig.clientConfig.maxConcurrentInvocationsPerInstance', 1001, 1000),
    ],
  ])('%s', async (_, command, message) => {
    expect(await refusalOf(host, command)).toBe(message);
  });

  it('a cap on traffic that no asynchronous endpoint has', async () => {
    const cap = { MaxInvocationsPerSecondPerInstance: 1, MaxCrossRegionPercentPerEndpoint: 1 };
    const { message } = await sendJson(host, 'CreateEndpointConfig', {
      ...asyncConfig('c'),
      CrossRegionTrafficConfig: cap,
    });
    expect(message).toBe(
      one('crossRegionTrafficConfig', cap, 'Member must be null where AsyncInferenceConfig is given'),
    );
  });
});

describe('a variant is refused for', () => {
  it.each<Refusal>([
    [
      'no model',
      variant({ ModelName: undefined }),
      one(`${VARIANT}.modelName`, 'null', 'Member must not be null: inference components are not supported by Ebb yet'),
    ],
    [
      'an odd model name',
      variant({ ModelName: 'no_good' }),
      unmatched(`${VARIANT}.modelName`, 'no_good', '[a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?'),
    ],
    [
      'an odd name',
      variant({ VariantName: 'a b' }),
      unmatched(`${VARIANT}.variantName`, 'a b', '[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}'),
    ],
    ['no instance count', variant({ InitialInstanceCount: undefined }), missing(`${VARIANT}.initialInstanceCount`)],
    ['no instances', variant({ InitialInstanceCount: 0 }), tooSmall(`${VARIANT}.initialInstanceCount`, 0, 1)],
    [
      'half an instance',
      variant({ InitialInstanceCount: 1.5 }),
      one(`${VARIANT}.initialInstanceCount`, 1.5, 'Member must be an integer'),
    ],
    ['a negative weight', variant({ InitialVariantWeight: -1 }), tooSmall(`${VARIANT}.initialVariantWeight`, -1, 0)],
    ['a huge volume', variant({ VolumeSizeInGB: 513 }), tooLarge(`${VARIANT}.volumeSizeInGB`, 513, 512)],
    [
      'a short startup timeout',
      variant({ ContainerStartupHealthCheckTimeoutInSeconds: 59 }),
      tooSmall(`${VARIANT}.containerStartupHealthCheckTimeoutInSeconds`, 59, 60),
    ],
    [
      'a long download timeout',
      variant({ ModelDataDownloadTimeoutInSeconds: 3601 }),
      tooLarge(`${VARIANT}.modelDataDownloadTimeoutInSeconds`, 3601, 3600),
    ],
    [
      'little time to find machines',
      variant({ VariantInstanceProvisionTimeoutInSeconds: 299 }),
      tooSmall(`${VARIANT}.variantInstanceProvisionTimeoutInSeconds`, 299, 300),
    ],
    [
      'a minimum above the maximum',
      variant({ ManagedInstanceScaling: { MinInstanceCount: 3, MaxInstanceCount: 2 } }),
      one(
        `${VARIANT}.managedInstanceScaling.minInstanceCount`,
        3,
        'Member must have value less than or equal to MaxInstanceCount',
      ),
    ],
    [
      'an unknown way to scale in',
      variant({ ManagedInstanceScaling: { ScaleInPolicy: { Strategy: 'NONE' } } }),
      notOneOf(`${VARIANT}.managedInstanceScaling.scaleInPolicy.strategy`, 'NONE', ['IDLE_RELEASE', 'CONSOLIDATION']),
    ],
    [
      'an unknown system image',
      variant({ InferenceAmiVersion: 'al1' }),
      notOneOf(`${VARIANT}.inferenceAmiVersion`, 'al1', [
        'al2-ami-sagemaker-inference-gpu-2',
        'al2-ami-sagemaker-inference-gpu-2-1',
        'al2-ami-sagemaker-inference-gpu-3-1',
        'al2-ami-sagemaker-inference-neuron-2',
        'al2023-ami-sagemaker-inference-gpu-4-1',
      ]),
    ],
    [
      'routing by a prefix of unknown length',
      variant({ RoutingConfig: { RoutingStrategy: 'PREFIX_AWARE' } }),
      one(
        `${VARIANT}.routingConfig.prefixAwareRoutingConfig`,
        'null',
        'Member must not be null where RoutingStrategy is PREFIX_AWARE',
      ),
    ],
    [
      'a prefix that is not routed by',
      variant({
        RoutingConfig: {
          RoutingStrategy: 'RANDOM',
          PrefixAwareRoutingConfig: { PrefixLength: 1024, ConcurrencyThreshold: 1 },
        },
      }),
      one(
        `${VARIANT}.routingConfig.prefixAwareRoutingConfig`,
        { PrefixLength: 1024, ConcurrencyThreshold: 1 },
        'Member must be null unless RoutingStrategy is PREFIX_AWARE',
      ),
    ],
    ['core dumps to nowhere', variant({ CoreDumpConfig: {} }), missing(`${VARIANT}.coreDumpConfig.destinationS3Uri`)],
    [
      'a sixth choice of machine',
      variant({ InstancePools: [{ InstanceType: 'ml.m5.large', Priority: 6 }] }),
      tooLarge(`${VARIANT}.instancePools.1.member.priority`, 6, 5),
    ],
    [
      'serverless on instances',
      variant({ ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1 } }),
      one(`${VARIANT}.initialInstanceCount`, 1, 'Member must be null where ServerlessConfig is given'),
    ],
    [
      'an odd size of memory',
      variant({ InitialInstanceCount: undefined, ServerlessConfig: { MemorySizeInMB: 1500, MaxConcurrency: 1 } }),
      one(`${VARIANT}.serverlessConfig.memorySizeInMB`, 1500, 'Member must be a multiple of 1024'),
    ],
    [
      'more provisioned than allowed',
      variant({
        InitialInstanceCount: undefined,
        ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1, ProvisionedConcurrency: 2 },
      }),
      one(
        `${VARIANT}.serverlessConfig.provisionedConcurrency`,
        2,
        'Member must have value less than or equal to MaxConcurrency',
      ),
    ],
  ])('%s', async (_, command, message) => {
    expect(await refusalOf(host, command)).toBe(message);
  });
});

it('settings that ask for nothing are accepted', async () => {
  const input: CreateEndpointConfigCommandInput = asyncConfig('nothing', { EnableSSMAccess: false }, { Tags: [] });
  expect(await host.sagemaker.send(new CreateEndpointConfigCommand(input))).toHaveProperty('EndpointConfigArn');
});
