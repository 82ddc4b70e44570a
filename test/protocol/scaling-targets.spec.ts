import {
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  type DescribeScalableTargetsCommandInput,
  RegisterScalableTargetCommand,
  type RegisterScalableTargetCommandInput,
  type ScalableTarget,
} from '@aws-sdk/client-application-auto-scaling';
import { DeleteEndpointCommand } from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deployment } from '../../libs/core/endpoint/deployment.js';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import { createEndpoint } from '../support/deploy.js';

const VARIANT = {
  ServiceNamespace: 'sagemaker',
  ResourceId: 'endpoint/OCR/variant/main',
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
} as const;
const VALIDATION = { name: 'ValidationException', $metadata: { httpStatusCode: 400 } };

let host: ControlHost;
beforeEach(async () => {
  host = await openControlHost();
  await createEndpoint(host, 'OCR');
});
afterEach(() => host.close());

const register = (input: Partial<RegisterScalableTargetCommandInput>) =>
  host.scaling.send(new RegisterScalableTargetCommand({ ...VARIANT, ...input }));

async function targets(input: Partial<DescribeScalableTargetsCommandInput> = {}): Promise<ScalableTarget[]> {
  const command = new DescribeScalableTargetsCommand({ ServiceNamespace: 'sagemaker', ...input });
  return (await host.scaling.send(command)).ScalableTargets!;
}

const ids = (found: ScalableTarget[]): (string | undefined)[] => found.map(({ ResourceId }) => ResourceId);

describe('a scalable target', () => {
  it('is registered with its bounds and described', async () => {
    host.signals.length = 0;
    const { ScalableTargetARN } = await register({ MinCapacity: 0, MaxCapacity: 4, Tags: { team: 'a' } });
    expect(ScalableTargetARN).toMatch(
      /^arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target\/[0-9a-f]{32}$/,
    );
    expect(await targets()).toEqual([
      {
        ...VARIANT,
        MinCapacity: 0,
        MaxCapacity: 4,
        RoleARN:
          'arn:aws:iam::123456789012:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/' +
          'AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint',
        CreationTime: expect.any(Date) as Date,
        SuspendedState: {
          DynamicScalingInSuspended: false,
          DynamicScalingOutSuspended: false,
          ScheduledScalingSuspended: false,
        },
        ScalableTargetARN,
      },
    ]);
    expect(host.signals).toEqual([{ kind: 'endpoint', endpointName: 'OCR' }]);
  });

  it('keeps members that a later registration omits', async () => {
    const { ScalableTargetARN } = await register({ MinCapacity: 1, MaxCapacity: 4 });
    await register({ SuspendedState: { DynamicScalingInSuspended: true } });
    await register({ MaxCapacity: 6, SuspendedState: { ScheduledScalingSuspended: true } });
    expect(await targets()).toMatchObject([
      {
        MinCapacity: 1,
        MaxCapacity: 6,
        SuspendedState: {
          DynamicScalingInSuspended: true,
          DynamicScalingOutSuspended: false,
          ScheduledScalingSuspended: true,
        },
        ScalableTargetARN,
      },
    ]);
  });

  it('is registered once by two simultaneous requests', async () => {
    const [first, second] = await Promise.all([
      register({ MinCapacity: 0, MaxCapacity: 1 }),
      register({ MinCapacity: 0, MaxCapacity: 1 }),
    ]);
    expect(await targets()).toHaveLength(1);
    expect(first.ScalableTargetARN).toBe(second.ScalableTargetARN);
  });

  it('is deregistered once', async () => {
    await register({ MinCapacity: 0, MaxCapacity: 4 });
    await host.scaling.send(new DeregisterScalableTargetCommand(VARIANT));
    expect(await targets()).toEqual([]);
    await expect(host.scaling.send(new DeregisterScalableTargetCommand(VARIANT))).rejects.toMatchObject({
      name: 'ObjectNotFoundException',
      message:
        'No scalable target found for service namespace: sagemaker, resource ID: endpoint/OCR/variant/main, ' +
        'scalable dimension: sagemaker:variant:DesiredInstanceCount',
      $metadata: { httpStatusCode: 400 },
    });
  });
});

describe('a registration is refused', () => {
  it('for a variant that an update is about to remove', async () => {
    await host.world.catalog.endpoints.update('ocr', (endpoint) => {
      const variants = endpoint.variants.map((variant) => ({ ...variant, name: 'other' }));
      return { ...endpoint, status: 'Updating', deployment: { variants } as unknown as Deployment };
    });
    await expect(register({ MinCapacity: 0, MaxCapacity: 2 })).rejects.toMatchObject({
      ...VALIDATION,
      message: 'The endpoint is being updated to a config that does not have the variant: endpoint/OCR/variant/main',
    });
  });

  it.each<readonly [string, Partial<RegisterScalableTargetCommandInput>, string]>([
    [
      'without bounds the first time',
      { MinCapacity: 1 },
      'MinCapacity and MaxCapacity are required when a scalable target is registered for the first time.',
    ],
    [
      'with crossed bounds',
      { MinCapacity: 3, MaxCapacity: 2 },
      'Maximum capacity cannot be less than minimum capacity',
    ],
    [
      'below zero',
      { MinCapacity: -1, MaxCapacity: 2 },
      "1 validation error detected: Value '-1' at 'minCapacity' failed to satisfy constraint: " +
        'Member must have value greater than or equal to 0',
    ],
    [
      'for an endpoint that there is not',
      { ResourceId: 'endpoint/none/variant/main' },
      "SageMaker endpoint variant doesn't exist: endpoint/none/variant/main",
    ],
    [
      'for a name in another case',
      { ResourceId: 'endpoint/ocr/variant/main' },
      "SageMaker endpoint variant doesn't exist: endpoint/ocr/variant/main",
    ],
    [
      'for a variant that there is not',
      { ResourceId: 'endpoint/OCR/variant/none' },
      "SageMaker endpoint variant doesn't exist: endpoint/OCR/variant/none",
    ],
    [
      'for another kind of resource',
      { ResourceId: 'table/OCR' },
      'Unsupported service namespace, resource type or scalable dimension',
    ],
    [
      'for another service',
      { ServiceNamespace: 'ecs' },
      'Unsupported service namespace, resource type or scalable dimension',
    ],
    [
      'for another dimension',
      { ScalableDimension: 'sagemaker:variant:DesiredProvisionedConcurrency' },
      'Unsupported service namespace, resource type or scalable dimension',
    ],
    [
      'without a resource',
      { ResourceId: undefined },
      "1 validation error detected: Value 'null' at 'resourceId' failed to satisfy constraint: Member must not be null",
    ],
  ])('%s', async (_, input, message) => {
    await expect(register(input)).rejects.toMatchObject({ ...VALIDATION, message });
  });

  it('where a change would cross the bounds, which stay unchanged', async () => {
    await register({ MinCapacity: 1, MaxCapacity: 4 });
    await expect(register({ MaxCapacity: 0 })).rejects.toMatchObject(VALIDATION);
    expect(await targets()).toMatchObject([{ MinCapacity: 1, MaxCapacity: 4 }]);
  });

  it('as one more than an account may have', async () => {
    await register({ MinCapacity: 0, MaxCapacity: 4 });
    const { scalableTargets } = host.world.catalog;
    const [target] = await scalableTargets.all();
    for (let count = 1; count < 5_000; count += 1) {
      await scalableTargets.create(`endpoint/e${count}/variant/main`, { ...target!, endpointName: `e${count}` });
    }
    await createEndpoint(host, 'ASR');
    const more = register({ ResourceId: 'endpoint/ASR/variant/main', MinCapacity: 0, MaxCapacity: 4 });
    await expect(more).rejects.toMatchObject({ name: 'LimitExceededException' });
    await expect(register({ MaxCapacity: 5 })).resolves.toBeDefined();
  });

  it('while the endpoint is being deleted', async () => {
    await host.life.inService('OCR');
    await host.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'OCR' }));
    await expect(register({ MinCapacity: 0, MaxCapacity: 1 })).rejects.toMatchObject(VALIDATION);
  });
});

describe('targets', () => {
  it('are found by resource, and read page by page', async () => {
    for (const name of ['b', 'a', 'c']) {
      await createEndpoint(host, name);
      await register({ ResourceId: `endpoint/${name}/variant/main`, MinCapacity: 0, MaxCapacity: 1 });
    }
    const wanted = ['endpoint/c/variant/main', 'endpoint/none/variant/main'];
    expect(ids(await targets({ ResourceIds: wanted }))).toEqual(['endpoint/c/variant/main']);

    const first = await host.scaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: 'sagemaker', MaxResults: 2 }),
    );
    expect(ids(first.ScalableTargets!)).toEqual(['endpoint/a/variant/main', 'endpoint/b/variant/main']);
    expect(ids(await targets({ NextToken: first.NextToken }))).toEqual(['endpoint/c/variant/main']);
  });

  it('are not found by an unknown token', async () => {
    await expect(targets({ NextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidNextTokenException' });
  });
});
