import { CreateBucketCommand } from '@aws-sdk/client-s3';
import {
  type ContainerDefinition,
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeEndpointCommand,
  type ProductionVariantInstanceType,
} from '@aws-sdk/client-sagemaker';
import type { AwsClients } from './aws-clients.js';
import { eventually } from './eventually.js';

/** Inputs, outputs and failure objects of all test endpoints. */
export const BUCKET = 'test-objects';

/** How a test endpoint is to be. */
export interface EndpointWish {
  readonly name: string;
  /** An image of test/support/images, or what the driver calls it; `echo` unless told. */
  readonly image?: string;
  readonly environment?: Record<string, string>;
  /** Where its files are; none unless told. */
  readonly model?: Pick<ContainerDefinition, 'ModelDataUrl' | 'ModelDataSource' | 'AdditionalModelDataSources'>;
  readonly slots?: number;
  /** Bounds by ManagedInstanceScaling: 0 to 2 unless told. */
  readonly minimum?: number;
  readonly maximum?: number;
  readonly successTopic?: string;
  readonly errorTopic?: string;
  readonly instanceType?: ProductionVariantInstanceType;
  readonly isNetworkIsolated?: boolean;
  /** Until when an instance has to be healthy: 60 is the least. */
  readonly startupTimeoutSeconds?: number;
  /** Of the endpoint. */
  readonly tags?: Record<string, string>;
}

/** Deploys an asynchronous endpoint by the calls that a user makes; resolves when it is in service. */
export async function deployEndpoint(aws: AwsClients, wish: EndpointWish): Promise<void> {
  await createEndpoint(aws, wish);
  await eventually(`the endpoint ${wish.name} is in service`, async () => {
    const { EndpointStatus } = await aws.sagemaker.send(new DescribeEndpointCommand({ EndpointName: wish.name }));
    return EndpointStatus === 'InService';
  });
}

/** The same, without waiting for what comes of it. */
export async function createEndpoint(aws: AwsClients, wish: EndpointWish): Promise<void> {
  const { sagemaker } = aws;
  const { name } = wish;
  await aws.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      PrimaryContainer: { Image: wish.image ?? 'echo', Environment: wish.environment, ...wish.model },
      EnableNetworkIsolation: wish.isNetworkIsolated,
    }),
  );
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        {
          VariantName: 'main',
          ModelName: name,
          InstanceType: wish.instanceType,
          ContainerStartupHealthCheckTimeoutInSeconds: wish.startupTimeoutSeconds,
          ManagedInstanceScaling: {
            Status: 'ENABLED',
            MinInstanceCount: wish.minimum ?? 0,
            MaxInstanceCount: wish.maximum ?? 2,
          },
        },
      ],
      AsyncInferenceConfig: {
        ClientConfig: { MaxConcurrentInvocationsPerInstance: wish.slots ?? 4 },
        OutputConfig: {
          S3OutputPath: `s3://${BUCKET}/out/${name}`,
          S3FailurePath: `s3://${BUCKET}/failed/${name}`,
          NotificationConfig: { SuccessTopic: wish.successTopic, ErrorTopic: wish.errorTopic },
        },
      },
    }),
  );
  const Tags = Object.entries(wish.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name, Tags }));
}

/** The instances and the backlog of an endpoint, by Ebb's own status API. */
export interface EndpointNow {
  readonly backlog: { readonly queued: number; readonly running: number };
  readonly instances: {
    readonly desired: number;
    readonly starting: number;
    readonly inService: number;
    readonly draining: number;
  };
}

export function endpointNow(aws: AwsClients, name: string): Promise<EndpointNow> {
  return aws.status<EndpointNow>(`endpoints/${name}`);
}
