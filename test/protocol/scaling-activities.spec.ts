import {
  DescribeScalingActivitiesCommand,
  type DescribeScalingActivitiesCommandInput,
  type DescribeScalingActivitiesCommandOutput,
  paginateDescribeScalingActivities,
} from '@aws-sdk/client-application-auto-scaling';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activity } from '../contract/catalog.contract.js';
import { type ControlHost, openControlHost } from '../support/control-host.js';

const STARTED_AT = Date.UTC(2026, 0, 1);

let host: ControlHost;
beforeAll(async () => {
  host = await openControlHost();
  const { activities } = host.world.catalog;
  await activities.record(activity('1'));
  await activities.amend('1', { status: 'Successful', statusMessage: 'Successfully set.', endedAt: STARTED_AT + 1500 });
  const cut = [{ code: 'AlreadyAtMaxCapacity', currentCapacity: 4, maxCapacity: 4 }] as const;
  await activities.record(activity('2', { from: 2, to: 4, notScaledReasons: cut }));
  await activities.record(activity('3', { endpointName: 'asr' }));
  await activities.record(
    activity('4', {
      endpointName: 'full',
      from: 4,
      to: 4,
      cause: 'monitor alarm high in state ALARM triggered policy backlog',
      status: 'Successful',
      endedAt: STARTED_AT,
      notScaledReasons: [...cut, { code: 'CoolingDown', currentCapacity: 4 }],
      times: 3,
      lastAt: STARTED_AT + 2000,
    }),
  );
});
afterAll(() => host.close());

const describeActivities = (
  input: Partial<DescribeScalingActivitiesCommandInput> = {},
): Promise<DescribeScalingActivitiesCommandOutput> =>
  host.scaling.send(new DescribeScalingActivitiesCommand({ ServiceNamespace: 'sagemaker', ...input }));

describe('scaling activities', () => {
  it('are listed newest first, each with its cause, its end and the inputs of the decision', async () => {
    const { ScalingActivities, NextToken } = await describeActivities({ ResourceId: 'endpoint/ocr/variant/main' });
    expect(NextToken).toBeUndefined();
    expect(ScalingActivities).toHaveLength(2);
    expect(ScalingActivities?.[0]).toMatchObject({ ActivityId: '2', StatusCode: 'InProgress' });
    expect(ScalingActivities?.[0]).not.toHaveProperty('EndTime');
    expect(ScalingActivities?.[1]).toMatchObject({
      ActivityId: '1',
      ServiceNamespace: 'sagemaker',
      ResourceId: 'endpoint/ocr/variant/main',
      ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
      Description: 'Setting desired instance count to 2.',
      Cause: 'backlog of 2 (2 queued, 0 running) at 1 per instance needs 2 instances',
      StartTime: new Date(STARTED_AT),
      EndTime: new Date(STARTED_AT + 1500),
      StatusCode: 'Successful',
      StatusMessage: 'Successfully set.',
    });
    expect(JSON.parse(ScalingActivities![1]!.Details!)).toMatchObject({
      from: 0,
      to: 2,
      observation: { backlog: { queued: 2 }, bounds: { maximum: 4 } },
    });
  });

  it('show a wanted capacity that was not reached only on request', async () => {
    const silent = await describeActivities();
    expect(silent.ScalingActivities?.[1]).not.toHaveProperty('NotScaledReasons');
    const told = await describeActivities({ IncludeNotScaledActivities: true });
    expect(told.ScalingActivities?.[2]?.NotScaledReasons).toEqual([
      { Code: 'AlreadyAtMaxCapacity', MaxCapacity: 4, CurrentCapacity: 4 },
    ]);
  });

  it('that changed nothing are listed only on request, as failed, with the reasons that clients know', async () => {
    const input = { ResourceId: 'endpoint/full/variant/main' };
    expect((await describeActivities(input)).ScalingActivities).toEqual([]);
    const { ScalingActivities } = await describeActivities({ ...input, IncludeNotScaledActivities: true });
    expect(ScalingActivities).toEqual([
      {
        ActivityId: '4',
        ServiceNamespace: 'sagemaker',
        ResourceId: 'endpoint/full/variant/main',
        ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
        Description: 'Attempting to scale due to alarm triggered',
        Cause: 'monitor alarm high in state ALARM triggered policy backlog',
        StartTime: new Date(STARTED_AT),
        StatusCode: 'Failed',
        StatusMessage: 'A cooldown has not ended yet.',
        Details: expect.any(String) as string,
        NotScaledReasons: [{ Code: 'AlreadyAtMaxCapacity', MaxCapacity: 4, CurrentCapacity: 4 }],
      },
    ]);
    expect(JSON.parse(ScalingActivities![0]!.Details!)).toMatchObject({
      answers: [{ by: 'promise', wants: 2 }],
      times: 3,
      lastAt: STARTED_AT + 2000,
    });
  });

  it('are read page by page', async () => {
    const ids: (string | undefined)[] = [];
    const pagination = { client: host.scaling, pageSize: 2 };
    for await (const page of paginateDescribeScalingActivities(pagination, { ServiceNamespace: 'sagemaker' })) {
      ids.push(...page.ScalingActivities!.map(({ ActivityId }) => ActivityId));
    }
    expect(ids).toEqual(['3', '2', '1']);
  });

  it('are not paged by an unknown token, or by more than fifty', async () => {
    await expect(describeActivities({ NextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidNextTokenException' });
    await expect(describeActivities({ MaxResults: 51 })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("Value '51' at 'maxResults'") as string,
    });
  });
});
