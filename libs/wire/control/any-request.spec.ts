import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isEbbError } from '../../core/errors.js';
import { readCreateEndpointConfig, writeEndpointConfig } from './endpoint-config.js';
import { readCreateEndpoint, readUpdateCapacities, readUpdateEndpoint } from './endpoint.js';
import { readEndpointListing } from './listing.js';
import { readCreateModel, writeModel } from './model.js';
import { readAddTags } from './tags.js';

type Body = Readonly<Record<string, unknown>>;

const place = { accountId: '123456789012', region: 'us-east-1' };
const source = {
  S3Uri: 's3://models/m/',
  S3DataType: 'S3Prefix',
  CompressionType: 'None',
  ModelAccessConfig: { AcceptEula: true },
};
const names = { EndpointName: 'e', EndpointConfigName: 'c' };
const size = { Type: 'INSTANCE_COUNT', Value: 1 };
const tags = [{ Key: 'k', Value: 'v' }];
const deploymentConfig = {
  BlueGreenUpdatePolicy: {
    TrafficRoutingConfiguration: { Type: 'CANARY', WaitIntervalInSeconds: 1, CanarySize: size },
  },
  AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'a' }] },
};

/** A request of each kind with nearly all of its members, and the function that reads it. */
const REQUESTS: readonly (readonly [string, Body, (body: Body) => unknown])[] = [
  [
    'CreateModel',
    {
      ModelName: 'm',
      Containers: [
        {
          Image: 'i',
          ContainerHostname: 'h',
          Environment: { A: 'a' },
          ModelDataSource: { S3DataSource: source },
          AdditionalModelDataSources: [{ ChannelName: 'c', S3DataSource: source }],
          ImageConfig: { RepositoryAccessMode: 'Vpc', RepositoryAuthConfig: { RepositoryCredentialsProviderArn: 'a' } },
          ContainerMetricsConfig: { MetricsEndpoints: [{ MetricsEndpointPath: '/m' }] },
        },
        { Image: 'j', ContainerHostname: 'k', Mode: 'MultiModel', ModelDataUrl: 's3://models/', MultiModelConfig: {} },
      ],
      InferenceExecutionConfig: { Mode: 'Direct' },
      VpcConfig: { SecurityGroupIds: ['sg'], Subnets: ['s'] },
      Tags: tags,
    },
    (body) => writeModel({ ...readCreateModel(body), createdAt: 0 }, place),
  ],
  [
    'CreateEndpointConfig',
    {
      EndpointConfigName: 'c',
      ProductionVariants: [
        {
          VariantName: 'v',
          ModelName: 'm',
          InitialInstanceCount: 1,
          ManagedInstanceScaling: { MinInstanceCount: 0, ScaleInPolicy: { Strategy: 'IDLE_RELEASE' } },
          RoutingConfig: {
            RoutingStrategy: 'PREFIX_AWARE',
            PrefixAwareRoutingConfig: { PrefixLength: 1024, ConcurrencyThreshold: 1 },
          },
          InstancePools: [{ InstanceType: 'ml.m5.large', Priority: 1 }],
          AcceleratorPartitionLayouts: [{ AcceleratorPartitionTypes: ['mig-3g.40gb'] }],
          CoreDumpConfig: { DestinationS3Uri: 's3://dumps' },
        },
      ],
      ShadowProductionVariants: [
        { VariantName: 's', ModelName: 'm', ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1 } },
      ],
      AsyncInferenceConfig: {
        ClientConfig: { MaxConcurrentInvocationsPerInstance: 1 },
        OutputConfig: { S3OutputPath: 's3://outputs', NotificationConfig: { IncludeInferenceResponseIn: [] } },
      },
      DataCaptureConfig: {
        EnableCapture: false,
        InitialSamplingPercentage: 1,
        DestinationS3Uri: 's3://dumps',
        CaptureOptions: [{ CaptureMode: 'Input' }],
      },
      MetricsConfig: { MetricPublishFrequencyInSeconds: 10 },
      Tags: tags,
    },
    (body) => writeEndpointConfig({ ...readCreateEndpointConfig(body), createdAt: 0 }, place),
  ],
  ['CreateEndpoint', { ...names, DeploymentConfig: deploymentConfig, Tags: tags }, readCreateEndpoint],
  [
    'UpdateEndpoint',
    {
      ...names,
      RetainAllVariantProperties: true,
      ExcludeRetainedVariantProperties: [{ VariantPropertyType: 'DesiredWeight' }],
      DeploymentConfig: { RollingUpdatePolicy: { MaximumBatchSize: size, WaitIntervalInSeconds: 0 } },
    },
    readUpdateEndpoint,
  ],
  [
    'UpdateEndpointWeightsAndCapacities',
    { EndpointName: 'e', DesiredWeightsAndCapacities: [{ VariantName: 'v', DesiredWeight: 1 }] },
    readUpdateCapacities,
  ],
  ['ListEndpoints', { SortBy: 'Name', MaxResults: 1, CreationTimeAfter: 1.5 }, readEndpointListing],
  ['AddTags', { ResourceArn: 'arn:aws:sagemaker:us-east-1:123456789012:model/m', Tags: tags }, readAddTags],
];

/** Returns the path of every value that another value could replace. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inside = Object.entries(value).flatMap(([name, member]) => placesIn(member, [...path, name]));
  return path.length === 0 ? inside : [path, ...inside];
}

function replaced(value: unknown, [name, ...rest]: readonly string[], by: unknown): unknown {
  if (name === undefined) return by;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[name] = replaced(copy[name], rest, by);
  return copy;
}

function outcomeOf(read: () => unknown): unknown {
  try {
    read();
    return 'read';
  } catch (error) {
    return isEbbError(error, 'InvalidRequest', 'InvalidNextToken') ? 'refused' : error;
  }
}

describe.each(REQUESTS)('%s', (_, body, read) => {
  test('is read if it is valid', () => {
    expect(() => read(body)).not.toThrow();
  });

  test('is read or refused, and causes no other error, with any value in place of a member', () => {
    const wrong = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('__proto__', 'constructor', 1e308, -0.5));
    fc.assert(
      fc.property(fc.constantFrom(...placesIn(body)), wrong, (path, value) => {
        expect(outcomeOf(() => read(replaced(body, path, value) as Body))).toBeOneOf(['read', 'refused']);
      }),
      { numRuns: 400 },
    );
  });
});
