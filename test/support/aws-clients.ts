import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { GetObjectCommand, type GetObjectCommandOutput, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

/** An object as it was found. */
export interface FoundObject {
  readonly contentType: string | undefined;
  readonly text: string;
}

/** The official clients of one Ebb. None tries again by itself: what the service answers is what a test sees. */
export class AwsClients implements Disposable {
  readonly runtime;
  readonly s3;
  readonly sagemaker;
  readonly scaling;
  readonly sns;
  readonly sqs;

  constructor(readonly url: string) {
    const credentials = { accessKeyId: 'anything', secretAccessKey: 'goes' };
    const options = { endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 };
    this.runtime = new SageMakerRuntimeClient(options);
    this.s3 = new S3Client(options);
    this.sagemaker = new SageMakerClient(options);
    this.scaling = new ApplicationAutoScalingClient(options);
    this.sns = new SNSClient(options);
    this.sqs = new SQSClient(options);
  }

  /** The object at an `s3://` address, if there is one. */
  async objectAt(location: string): Promise<FoundObject | undefined> {
    const { hostname, pathname } = new URL(location);
    let found: GetObjectCommandOutput;
    try {
      found = await this.s3.send(new GetObjectCommand({ Bucket: hostname, Key: pathname.slice(1) }));
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
    return { contentType: found.ContentType, text: await found.Body!.transformToString() };
  }

  /** What Ebb's own status API says of `endpoints/<name>` or `invocations/<id>`. */
  async status<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}/v1/${path}`);
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return (await response.json()) as T;
  }

  [Symbol.dispose](): void {
    for (const client of [this.runtime, this.s3, this.sagemaker, this.scaling, this.sns, this.sqs]) client.destroy();
  }
}
