import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { resolve } from 'node:path';
import { AwsClients } from './aws-clients.js';
import { eventually } from './eventually.js';
import { type InProcessEbb, startInProcess } from './in-process-ebb.js';
import { RestClient } from './rest-client.js';

const IMAGES = resolve(import.meta.dirname, 'images');

/** Of an answer to a submission what tests look at. */
export interface SubmitAnswer {
  readonly id: string;
  readonly state: string;
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly field: string; readonly rule: string }[];
  readonly [member: string]: unknown;
}

export interface Submitted {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The document, where it is one. */
  readonly body: SubmitAnswer;
}

/** An Ebb to which work is submitted over REST, and a look into its storage. */
export class SubmitScene implements AsyncDisposable {
  readonly aws: AwsClients;
  readonly rest: RestClient;

  private constructor(private readonly ebb: InProcessEbb) {
    this.aws = new AwsClients(ebb.url);
    this.rest = new RestClient(ebb.url);
  }

  static async start(settings: NodeJS.ProcessEnv = {}): Promise<SubmitScene> {
    return new SubmitScene(await startInProcess({ EBB_IMAGES: IMAGES, ...settings }));
  }

  get url(): string {
    return this.ebb.url;
  }

  /** Deploys the image that echoes and waits until the endpoint takes work. */
  async deploy(name: string, bounds: { readonly minInstances?: number; readonly maxInstances?: number } = {}) {
    await this.rest.post('endpoints', { name, image: 'echo', concurrency: 4, maxInstances: 1, ...bounds });
    await eventually(`${name} is in service`, async () => {
      const { body } = await this.rest.get<{ status: string }>(`endpoints/${name}`);
      return body.status === 'InService';
    });
  }

  /** What is submitted from now on waits. */
  async holdBack(name: string): Promise<void> {
    await this.rest.post(`endpoints/${name}:pause`, { dispatch: true });
  }

  async submit(endpointName: string, headers: Record<string, string>, body?: string | Buffer): Promise<Submitted> {
    return this.send(`endpoints/${endpointName}/invocations`, { method: 'POST', headers, body });
  }

  async send(path: string, init: RequestInit): Promise<Submitted> {
    const answer = await fetch(`${this.url}/v1/${path}`, init);
    const text = await answer.text();
    const isJson = /[/+]json(;|$)/.test(answer.headers.get('content-type') ?? '');
    const body = (isJson ? JSON.parse(text) : {}) as SubmitAnswer;
    return { status: answer.status, headers: answer.headers, text, body };
  }

  async invocation(id: string): Promise<SubmitAnswer> {
    return (await this.rest.get<SubmitAnswer>(`invocations/${id}`)).body;
  }

  async settled(id: string): Promise<SubmitAnswer> {
    return (await this.rest.get<SubmitAnswer>(`invocations/${id}?wait=30`)).body;
  }

  /** The keys of the inputs that Ebb has stored for an endpoint. */
  async storedInputs(endpointName: string): Promise<string[]> {
    const listing = new ListObjectsV2Command({
      Bucket: 'sagemaker-us-east-1-000000000000',
      Prefix: `async-endpoint-inputs/${endpointName}/`,
    });
    const { Contents = [] } = await this.aws.s3.send(listing);
    return Contents.map(({ Key = '' }) => Key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.aws[Symbol.dispose]();
    await this.ebb[Symbol.asyncDispose]();
  }
}
