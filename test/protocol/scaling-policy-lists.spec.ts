import {
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalingPoliciesCommand,
  type DescribeScalingPoliciesCommandInput,
  GetPredictiveScalingForecastCommand,
  paginateDescribeScalingPolicies,
} from '@aws-sdk/client-application-auto-scaling';
import { DeleteEndpointCommand } from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import {
  BACKLOG_TRACKING,
  putAlarmFor,
  putPolicy,
  putStepPolicy,
  registerEndpoint,
  variantOf,
} from '../support/scaling-requests.js';

let host: ControlHost;
beforeEach(async () => {
  host = await openControlHost();
  await registerEndpoint(host, 'OCR');
});
afterEach(() => host.close());

/** Returns the names of the described policies. */
async function found(input: Partial<DescribeScalingPoliciesCommandInput> = {}): Promise<(string | undefined)[]> {
  const command = new DescribeScalingPoliciesCommand({ ServiceNamespace: 'sagemaker', ...input });
  return (await host.scaling.send(command)).ScalingPolicies!.map(({ PolicyName }) => PolicyName);
}

const alarms = () => host.world.catalog.alarms.all();

describe('policies', () => {
  it('are found by resource and by name, and read page by page', async () => {
    await registerEndpoint(host, 'ASR');
    await putStepPolicy(host, { ...variantOf('ASR'), PolicyName: 'asr' });
    const names = Array.from({ length: 12 }, (_, index) => `p${String(index).padStart(2, '0')}`);
    for (const PolicyName of names) await putStepPolicy(host, { PolicyName });
    expect(await found({ ResourceId: 'endpoint/ASR/variant/main' })).toEqual(['asr']);
    expect(await found({ PolicyNames: ['p03', 'asr', 'none'] })).toEqual(['asr', 'p03']);
    expect(await found({ ResourceId: 'endpoint/OCR/variant/main', PolicyNames: ['asr'] })).toEqual([]);
    const pages: string[][] = [];
    const everything = { ServiceNamespace: 'sagemaker' } as const;
    for await (const page of paginateDescribeScalingPolicies({ client: host.scaling }, everything)) {
      pages.push(page.ScalingPolicies!.map(({ PolicyName }) => PolicyName!));
    }
    expect(pages).toEqual([['asr', ...names.slice(0, 9)], names.slice(9)]);
    await expect(found({ MaxResults: 11 })).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('are deleted with their target, and with their endpoint', async () => {
    const { PolicyARN } = await putStepPolicy(host);
    await putAlarmFor(host, PolicyARN!);
    await putPolicy(host);
    await host.scaling.send(new DeregisterScalableTargetCommand(variantOf('OCR')));
    expect(await found()).toEqual([]);
    expect((await alarms()).map(({ name }) => name)).toEqual(['waiting']);

    await registerEndpoint(host, 'ASR');
    await putPolicy(host, variantOf('ASR'));
    await host.life.inService('ASR');
    await host.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'ASR' }));
    expect(await found()).toEqual([]);
    expect((await alarms()).map(({ name }) => name)).toEqual(['waiting']);
  });

  it('that do not exist cannot be deleted', async () => {
    const none = new DeleteScalingPolicyCommand({ ...variantOf('OCR'), PolicyName: 'none' });
    await expect(host.scaling.send(none)).rejects.toMatchObject({
      name: 'ObjectNotFoundException',
      message:
        'No scaling policy found for service namespace: sagemaker, resource ID: endpoint/OCR/variant/main, ' +
        'scalable dimension: sagemaker:variant:DesiredInstanceCount, policy name: none',
    });
  });

  it('have no forecasts', async () => {
    const forecast = new GetPredictiveScalingForecastCommand({
      ...variantOf('OCR'),
      PolicyName: 'backlog',
      StartTime: new Date(),
      EndTime: new Date(),
    });
    await expect(host.scaling.send(forecast)).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Predictive scaling is not supported by Ebb.',
    });
  });

  it('must track different metrics', async () => {
    await putPolicy(host);
    await expect(putPolicy(host, { PolicyName: 'twin' })).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Only one TargetTrackingScaling policy for a given metric specification is allowed.',
    });
    expect(await host.world.catalog.scalingPolicies.all()).toHaveLength(1);
  });

  it('are at most fifty for one target', async () => {
    for (let count = 0; count < 50; count += 1) await putStepPolicy(host, { PolicyName: `p${count}` });
    await expect(putStepPolicy(host)).rejects.toMatchObject({ name: 'LimitExceededException' });
    await expect(putStepPolicy(host, { PolicyName: 'p7' })).resolves.toBeDefined();
  });

  it('stay unchanged if a change is refused', async () => {
    await putPolicy(host);
    const before = await host.world.catalog.alarms.all();
    const wrong = { ...BACKLOG_TRACKING, TargetValue: 0 };
    await expect(putPolicy(host, { TargetTrackingScalingPolicyConfiguration: wrong })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    expect(await host.world.catalog.alarms.all()).toEqual(before);
  });
});
