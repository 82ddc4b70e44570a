import { CreateBucketCommand } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import type { AwsClients } from './aws-clients.js';
import { eventually } from './eventually.js';

/** Inputs, outputs and failure objects of all test endpoints. */
export const BUCKET = 'test-objects';

/** How a test endpoint is to be. */
export interface EndpointWish {
  readonly name: string;
  /** An image of test/support/images; `echo` unless told. */
  readonly image?: string;
  readonly environment?: Record<string, string>;
  readonly slots?: number;
  /** Bounds by ManagedInstanceScaling: 0 to 2 unless told. */
  readonly minimum?: number;
  readonly maximum?: number;
  readonly successTopic?: string;
  readonly errorTopic?: string;
}

/** Deploys an asynchronous endpoint by the calls that a user makes; resolves when it is in service. */
export async function deployEndpoint(aws: AwsClients, wish: EndpointWish): Promise<void> {
  const { sagemaker } = aws;
  const { name } = wish;
  await aws.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      PrimaryContainer: { Image: wish.image ?? 'echo', Environment: wish.environment },
    }),
  );
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        {
          VariantName: 'main',
          ModelName: name,
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
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }));
  await eventually(`the endpoint ${name} is in service`, async () => {
    const { EndpointStatus } = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }));
    return EndpointStatus === 'InService';
  });
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
