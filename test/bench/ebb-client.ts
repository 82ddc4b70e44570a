import { setTimeout as sleep } from 'node:timers/promises';
import { type Dispatcher, request } from 'undici';
import type { BareAnswer } from './bare-server-process.js';
import type { EbbProcess } from './ebb-process.js';

/** How many invocations the benchmark's instances run at once, where a row does not say otherwise. */
export const SLOTS = 32;

export interface Deployment {
  readonly slots?: number;
  /** The instances that it may have: none lets its backlog grow and nothing run. */
  readonly bounds?: readonly [min: number, max: number];
  readonly environment?: Readonly<Record<string, string>>;
}

const VARIANT = 'main';
const POLL_MS = 20;
const MODEL = 'no-op';

/** What the benchmark asks of Ebb, over its public surfaces. */
export class EbbClient {
  constructor(private readonly ebb: EbbProcess) {}

  /** Model, config and endpoint; resolves when the endpoint is in service, at zero instances unless it has a minimum. */
  async deploy(name: string, { slots = SLOTS, bounds = [0, 0], environment = {} }: Deployment = {}): Promise<void> {
    await this.createConfig(name, slots, environment);
    await this.createEndpoint(name, name);
    await this.setBounds(name, ...bounds);
  }

  /** A model and a config, both of this name. */
  async createConfig(name: string, slots: number, environment: Readonly<Record<string, string>> = {}): Promise<void> {
    const container = { Image: MODEL, Environment: environment };
    await this.control('SageMaker.CreateModel', { ModelName: name, PrimaryContainer: container });
    const scaling = { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 1 };
    await this.control('SageMaker.CreateEndpointConfig', {
      EndpointConfigName: name,
      ProductionVariants: [{ VariantName: VARIANT, ModelName: name, ManagedInstanceScaling: scaling }],
      AsyncInferenceConfig: {
        OutputConfig: {},
        ClientConfig: { MaxConcurrentInvocationsPerInstance: slots },
      },
    });
  }

  async createEndpoint(name: string, configName: string): Promise<void> {
    await this.control('SageMaker.CreateEndpoint', { EndpointName: name, EndpointConfigName: configName });
    for (;;) {
      const { EndpointStatus } = await this.control('SageMaker.DescribeEndpoint', { EndpointName: name });
      if (EndpointStatus === 'InService') return;
      if (EndpointStatus !== 'Creating') throw new Error(`The endpoint ${name} became ${EndpointStatus}.`);
      await sleep(POLL_MS);
    }
  }

  /** The recipe of AWS: tracking of the backlog per instance, and a step from zero by an alarm. */
  async setPolicies(endpointName: string): Promise<void> {
    const dimensions = [{ Name: 'EndpointName', Value: endpointName }];
    await this.setBounds(endpointName, 0, 5);
    await this.control('AnyScaleFrontendService.PutScalingPolicy', {
      ...resource(endpointName),
      PolicyName: 'track',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 5,
        CustomizedMetricSpecification: {
          Namespace: 'AWS/SageMaker',
          MetricName: 'ApproximateBacklogSizePerInstance',
          Dimensions: dimensions,
          Statistic: 'Average',
        },
      },
    });
    const { PolicyARN } = await this.control('AnyScaleFrontendService.PutScalingPolicy', {
      ...resource(endpointName),
      PolicyName: 'wake',
      PolicyType: 'StepScaling',
      StepScalingPolicyConfiguration: {
        AdjustmentType: 'ChangeInCapacity',
        StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
      },
    });
    await this.control('GraniteServiceVersion20100801.PutMetricAlarm', {
      AlarmName: `wake-${endpointName}`,
      Namespace: 'AWS/SageMaker',
      MetricName: 'HasBacklogWithoutCapacity',
      Dimensions: dimensions,
      Statistic: 'Average',
      Period: 60,
      EvaluationPeriods: 2,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      AlarmActions: [PolicyARN],
    });
  }

  async setBounds(endpointName: string, min: number, max: number): Promise<void> {
    await this.control('AnyScaleFrontendService.RegisterScalableTarget', {
      ...resource(endpointName),
      MinCapacity: min,
      MaxCapacity: max,
    });
  }

  /** Resolves when the endpoint has this many instances in service. */
  async awaitInstances(endpointName: string, count: number): Promise<void> {
    for (;;) {
      const { ProductionVariants } = await this.control('SageMaker.DescribeEndpoint', { EndpointName: endpointName });
      const [variant] = ProductionVariants as { CurrentInstanceCount: number }[];
      if (variant?.CurrentInstanceCount === count) return;
      await sleep(POLL_MS);
    }
  }

  /** Newest first. */
  async scalingActivities(endpointName: string): Promise<{ readonly from: number; readonly to: number }[]> {
    const reply = await this.control('AnyScaleFrontendService.DescribeScalingActivities', resource(endpointName));
    return (reply.ScalingActivities as { Details: string }[]).map(({ Details }) => JSON.parse(Details));
  }

  async createBucket(bucket: string): Promise<void> {
    await this.send(`/${bucket}`, { method: 'PUT' });
  }

  async putObject(path: string, body: Dispatcher.DispatchOptions['body'], sizeBytes: number): Promise<void> {
    await this.send(path, { method: 'PUT', body, headers: { 'content-length': String(sizeBytes) } });
  }

  async deleteObject(path: string): Promise<void> {
    await this.send(path, { method: 'DELETE' });
  }

  async awaitObject(path: string): Promise<void> {
    for (;;) {
      const { statusCode, body } = await request(this.ebb.url + path, { method: 'HEAD' });
      await body.dump();
      if (statusCode === 200) return;
      await sleep(POLL_MS);
    }
  }

  /** Returns the answer, status and all. */
  async invoke(
    endpointName: string,
    input: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<BareAnswer> {
    const response = await request(`${this.ebb.url}/endpoints/${endpointName}/async-invocations`, {
      method: 'POST',
      headers: { 'x-amzn-sagemaker-inputlocation': input, ...headers },
      responseHeaders: 'raw',
    });
    const body = await response.body.text();
    if (response.statusCode !== 202) throw new Error(`The invocation was answered ${response.statusCode}: ${body}`);
    return { status: 202, headers: response.headers as unknown as string[], body };
  }

  private async control(target: string, input: object): Promise<Record<string, unknown>> {
    const headers = { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' };
    const text = await this.send('/', { method: 'POST', headers, body: JSON.stringify(input) });
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  }

  private async send(path: string, options: Omit<Dispatcher.RequestOptions, 'path' | 'origin'>): Promise<string> {
    const { statusCode, body } = await request(this.ebb.url + path, options);
    const text = await body.text();
    if (statusCode !== 200 && statusCode !== 204)
      throw new Error(`${options.method} ${path} was answered ${statusCode}: ${text}`);
    return text;
  }
}

function resource(endpointName: string): object {
  return {
    ServiceNamespace: 'sagemaker',
    ResourceId: `endpoint/${endpointName}/variant/${VARIANT}`,
    ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
  };
}
