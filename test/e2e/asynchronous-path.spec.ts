import {
  DescribeScalingActivitiesCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { DeleteEndpointCommand, DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET, deployEndpoint, endpointNow } from '../support/asynchronous-endpoint.js';
import { AwsClients } from '../support/aws-clients.js';
import { eventually } from '../support/eventually.js';
import { canSeeProcesses, instanceProcesses } from '../support/live-processes.js';
import { NotificationInbox } from '../support/notification-inbox.js';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';

const REQUESTS = 9;
const SLOTS = 2;
const TARGET = {
  ServiceNamespace: 'sagemaker',
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
} as const;

describe('the asynchronous path, from zero to zero', () => {
  let ebb: StandaloneProcess;
  let aws: AwsClients;
  let inbox: NotificationInbox;

  beforeAll(async () => {
    ebb = await startStandalone({ EBB_KEEP_WARM_SECONDS: '1' });
    aws = new AwsClients(ebb.url);
    inbox = await NotificationInbox.listen();
  });

  afterAll(async () => {
    aws?.[Symbol.dispose]();
    await ebb?.stop();
    await inbox?.[Symbol.asyncDispose]();
  });

  it('deploys at zero, works off a burst, sends notifications, and returns to zero', async () => {
    const topics = { successTopic: await inbox.topic(aws, 'done'), errorTopic: await inbox.topic(aws, 'broken') };
    await deployEndpoint(aws, { name: 'sleeper', slots: SLOTS, ...topics });
    expect(await summary('sleeper')).toMatchObject({ CurrentInstanceCount: 0, DesiredInstanceCount: 0 });
    await eventually('both topics are tested', () => inbox.tests === 2);

    const accepted = await burst('sleeper', REQUESTS);
    for (const { inferenceId, outputLocation } of accepted) {
      const told = await eventually(`it is told of ${inferenceId}`, () => inbox.of(inferenceId));
      expect(told).toMatchObject({
        invocationStatus: 'Completed',
        responseParameters: { contentType: 'text/plain', outputLocation },
      });
      expect(await aws.objectAt(outputLocation)).toEqual({ contentType: 'text/plain', text: 'from storage' });
    }

    await eventually('it is asleep', async () => (await summary('sleeper')).CurrentInstanceCount === 0);
    if (canSeeProcesses) {
      await eventually('its processes are gone', () => instanceProcesses(ebb.dataDirectory).length === 0);
    }
    const activities = await endedActivities('sleeper');
    expect(activities.at(-1)).toMatchObject({
      Cause: expect.stringMatching(/^a backlog of \d+ \(\d+ queued, 0 running\)/),
    });
    expect(activities[0]).toMatchObject({
      Description: 'Setting desired instance count to 0.',
      StatusCode: 'Successful',
      Cause: expect.stringMatching(/had nothing to do for/),
    });
  });

  it('scales from zero to the count that a waiting backlog needs in one activity', async () => {
    await deployEndpoint(aws, { name: 'held', slots: SLOTS });
    await bound('held', 0);
    const accepted = await burst('held', REQUESTS);
    expect(await endpointNow(aws, 'held')).toMatchObject({ backlog: { queued: REQUESTS }, instances: { desired: 0 } });
    await bound('held', 10);
    for (const { outputLocation } of accepted) await eventually('it is done', () => aws.objectAt(outputLocation));
    const needed = Math.ceil(REQUESTS / SLOTS);
    expect((await endedActivities('held')).at(-1)).toMatchObject({
      Description: `Setting desired instance count to ${needed}.`,
      StatusCode: 'Successful',
      Cause: `a backlog of ${REQUESTS} (${REQUESTS} queued, 0 running) at ${SLOTS} per instance needs ${needed} instances`,
    });
  });

  it('wakes again, and is deleted without remains', async () => {
    await deployEndpoint(aws, { name: 'gone-soon' });
    const [accepted] = await burst('gone-soon', 1);
    await eventually('the output is there', () => aws.objectAt(accepted!.outputLocation));
    await aws.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'gone-soon' }));
    const gone = eventually('the endpoint is gone', () =>
      summary('gone-soon').then(
        () => undefined,
        (error: Error) => error,
      ),
    );
    expect(await gone).toMatchObject({
      name: 'ValidationException',
      message: 'Could not find endpoint "arn:aws:sagemaker:us-east-1:000000000000:endpoint/gone-soon".',
    });
  });

  it('keeps the minimum that ManagedInstanceScaling asks for, even without work', async () => {
    await deployEndpoint(aws, { name: 'ready', minimum: 1, maximum: 2 });
    await eventually('it has its minimum', async () => (await endpointNow(aws, 'ready')).instances.inService === 1);
    expect(await summary('ready')).toMatchObject({
      CurrentInstanceCount: 1,
      ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 1, MaxInstanceCount: 2 },
    });
  });

  async function bound(endpointName: string, MaxCapacity: number): Promise<void> {
    const target = { ...TARGET, ResourceId: `endpoint/${endpointName}/variant/main` };
    await aws.scaling.send(new RegisterScalableTargetCommand({ ...target, MinCapacity: 0, MaxCapacity }));
  }

  async function burst(EndpointName: string, count: number) {
    await aws.s3.send(
      new PutObjectCommand({ Bucket: BUCKET, Key: 'in/text', Body: 'from storage', ContentType: 'text/plain' }),
    );
    const invoke = new InvokeEndpointAsyncCommand({ EndpointName, InputLocation: `s3://${BUCKET}/in/text` });
    const accepted = await Promise.all(Array.from({ length: count }, () => aws.runtime.send(invoke)));
    return accepted.map(({ InferenceId, OutputLocation }) => ({
      inferenceId: InferenceId!,
      outputLocation: OutputLocation!,
    }));
  }

  async function summary(EndpointName: string) {
    const { ProductionVariants } = await aws.sagemaker.send(new DescribeEndpointCommand({ EndpointName }));
    return ProductionVariants![0]!;
  }

  /** Returns the activities, newest first, once the last has ended. */
  function endedActivities(endpointName: string) {
    const target = { ...TARGET, ResourceId: `endpoint/${endpointName}/variant/main` };
    return eventually('every activity has ended', async () => {
      const { ScalingActivities = [] } = await aws.scaling.send(new DescribeScalingActivitiesCommand(target));
      return ScalingActivities.every(({ StatusCode }) => StatusCode !== 'InProgress') && ScalingActivities;
    });
  }
});
