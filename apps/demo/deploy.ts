import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import {
  type AsyncInferenceNotificationConfig,
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeEndpointCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { CreateTopicCommand, ListSubscriptionsByTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import type { Receiver } from './receiver.js';
import type { Screen } from './screen.js';

/** The bucket of the demo's pages and results. */
export const BUCKET = 'pages';
/** The name of the demo's endpoint. */
export const ENDPOINT = 'ocr';
/** The name of the endpoint's only variant. */
export const VARIANT = 'AllTraffic';
/** The maximum number of instances: enough to keep the cores of a small machine busy, and one to spare. */
const MAX_INSTANCES = 3;
const CONCURRENT_INVOCATIONS_PER_INSTANCE = 2;
const POLL_MS = 50;

/** The deployed endpoint, and the official clients that reach it. */
export interface Deployment {
  readonly url: string;
  readonly s3: S3Client;
  readonly runtime: SageMakerRuntimeClient;
  readonly sagemaker: SageMakerClient;
  readonly scaling: ApplicationAutoScalingClient;
}

/** Deploys an asynchronous endpoint call by call, as a user of SageMaker does. */
export async function deploy(
  url: string,
  receiver: Receiver,
  screen: Screen,
  signal: AbortSignal,
): Promise<Deployment> {
  const client = {
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'anything', secretAccessKey: 'goes' },
  };
  const sagemaker = new SageMakerClient(client);
  const s3 = new S3Client(client);
  const sns = new SNSClient(client);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const [SuccessTopic, ErrorTopic] = await Promise.all(
    ['ocr-success', 'ocr-error'].map((name) => subscribedTopic(sns, name, receiver, signal)),
  );
  screen.say('CreateModel, CreateEndpointConfig, CreateEndpoint: an asynchronous endpoint of 0 to 3 instances');
  await createModelAndConfig(sagemaker, { SuccessTopic, ErrorTopic });
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: ENDPOINT, EndpointConfigName: 'ocr' }));
  await inService(sagemaker, signal);
  screen.say(`The endpoint is InService, at zero instances.\n`);
  sns.destroy();
  return {
    url,
    s3,
    sagemaker,
    runtime: new SageMakerRuntimeClient(client),
    scaling: new ApplicationAutoScalingClient(client),
  };
}

/** A model of the image `ocr`, and a config that makes its endpoint asynchronous. */
async function createModelAndConfig(
  sagemaker: SageMakerClient,
  NotificationConfig: AsyncInferenceNotificationConfig,
): Promise<void> {
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: 'ocr',
      ExecutionRoleArn: 'arn:aws:iam::000000000000:role/demo',
      PrimaryContainer: { Image: 'ocr' },
    }),
  );
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: 'ocr',
      ProductionVariants: [
        {
          VariantName: VARIANT,
          ModelName: 'ocr',
          ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: MAX_INSTANCES },
        },
      ],
      AsyncInferenceConfig: {
        ClientConfig: { MaxConcurrentInvocationsPerInstance: CONCURRENT_INVOCATIONS_PER_INSTANCE },
        OutputConfig: {
          S3OutputPath: `s3://${BUCKET}/read`,
          S3FailurePath: `s3://${BUCKET}/failed`,
          NotificationConfig,
        },
      },
    }),
  );
}

/** Creates a topic, subscribes the receiver, and waits until it has confirmed. */
async function subscribedTopic(sns: SNSClient, Name: string, receiver: Receiver, signal: AbortSignal): Promise<string> {
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: receiver.url }));
  for (;;) {
    const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    if (Subscriptions.every(({ SubscriptionArn }) => SubscriptionArn?.startsWith('arn:'))) return TopicArn!;
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function inService(sagemaker: SageMakerClient, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { EndpointStatus, FailureReason } = await sagemaker.send(
      new DescribeEndpointCommand({ EndpointName: ENDPOINT }),
    );
    if (EndpointStatus === 'InService') return;
    if (EndpointStatus !== 'Creating') throw new Error(`The endpoint is ${EndpointStatus}: ${FailureReason}`);
    await sleep(POLL_MS, undefined, { signal });
  }
}
