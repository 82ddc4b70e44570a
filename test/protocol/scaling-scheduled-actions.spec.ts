import {
  DeleteScheduledActionCommand,
  DeregisterScalableTargetCommand,
  DescribeScheduledActionsCommand,
  type DescribeScheduledActionsCommandInput,
  type PutScheduledActionCommandInput,
  type ScheduledAction,
  paginateDescribeScheduledActions,
} from '@aws-sdk/client-application-auto-scaling';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scheduledActionKey } from '../../libs/core/scaling/scheduled-action.js';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import { putAction, registerEndpoint, variantOf } from '../support/scaling-requests.js';

const DAY_MS = 86_400_000;

let host: ControlHost;
beforeEach(async () => {
  host = await openControlHost();
  await registerEndpoint(host, 'OCR');
  host.signals.length = 0;
});
afterEach(() => host.close());

async function actions(input: Partial<DescribeScheduledActionsCommandInput> = {}): Promise<ScheduledAction[]> {
  const command = new DescribeScheduledActionsCommand({ ServiceNamespace: 'sagemaker', ...input });
  return (await host.scaling.send(command)).ScheduledActions!;
}

const deleteAction = (name: string) =>
  host.scaling.send(new DeleteScheduledActionCommand({ ...variantOf('OCR'), ScheduledActionName: name }));

const inDays = (days: number): Date => new Date(Math.floor(Date.now() / 1000) * 1000 + days * DAY_MS);

describe('a scheduled action', () => {
  it('is put and described', async () => {
    const window = { StartTime: inDays(1), EndTime: inDays(30) };
    await putAction(host, { ...window, Timezone: 'Europe/Berlin' });
    expect(await actions()).toEqual([
      {
        ...variantOf('OCR'),
        ...window,
        ScheduledActionName: 'mornings',
        ScheduledActionARN: expect.stringMatching(
          /^arn:aws:autoscaling:us-east-1:123456789012:scheduledAction:[0-9a-f-]{36}:resource\/sagemaker\/endpoint\/OCR\/variant\/main:scheduledActionName\/mornings$/,
        ) as string,
        Schedule: 'cron(0 8 ? * MON-FRI *)',
        Timezone: 'Europe/Berlin',
        ScalableTargetAction: { MinCapacity: 1, MaxCapacity: 3 },
        CreationTime: expect.any(Date) as Date,
      },
    ]);
    expect(host.signals).toEqual([{ kind: 'endpoint', endpointName: 'OCR' }]);
  });

  it.each(['at(2199-12-31T23:59:59)', 'rate(90 minutes)', 'rate(1 day)', 'cron(0/15 8-17 L * ? 2199)'])(
    'accepts the schedule %s',
    async (Schedule) => {
      await putAction(host, { Schedule });
      expect(await actions()).toMatchObject([{ Schedule }]);
    },
  );

  it('runs only at future times, also after a change', async () => {
    const before = Date.now();
    await putAction(host);
    const [first] = await host.world.catalog.scheduledActions.all();
    expect(first!.doneUntil).toBeGreaterThanOrEqual(before);
    await putAction(host, { Schedule: 'rate(1 hour)' });
    const [second] = await host.world.catalog.scheduledActions.all();
    expect(second!.doneUntil).toBeGreaterThanOrEqual(first!.doneUntil);
    expect(second).toMatchObject({ id: first!.id, createdAt: first!.createdAt });
  });

  it('keeps omitted members on a change, except its start and end times', async () => {
    await putAction(host, { StartTime: inDays(1), EndTime: inDays(2), Timezone: 'Asia/Tokyo' });
    const [before] = await actions();
    await putAction(host, { Schedule: undefined, ScalableTargetAction: { MinCapacity: 2 } });
    const { StartTime: _start, EndTime: _end, ...kept } = before!;
    expect(await actions()).toEqual([{ ...kept, ScalableTargetAction: { MinCapacity: 2 } }]);
    await putAction(host, { Schedule: 'rate(1 hour)', ScalableTargetAction: undefined });
    expect(await actions()).toMatchObject([{ Schedule: 'rate(1 hour)', ScalableTargetAction: { MinCapacity: 2 } }]);
  });

  it('is deleted once', async () => {
    await putAction(host);
    await deleteAction('mornings');
    expect(await actions()).toEqual([]);
    await expect(deleteAction('mornings')).rejects.toMatchObject({
      name: 'ObjectNotFoundException',
      message:
        'No scheduled action found for service namespace: sagemaker, resource ID: endpoint/OCR/variant/main, ' +
        'scalable dimension: sagemaker:variant:DesiredInstanceCount, scheduled action name: mornings',
    });
  });

  it('is deleted with its target', async () => {
    await putAction(host);
    await host.scaling.send(new DeregisterScalableTargetCommand(variantOf('OCR')));
    expect(await actions()).toEqual([]);
  });
});

describe('scheduled actions', () => {
  it('are found by resource and by name in any script, and read page by page', async () => {
    await registerEndpoint(host, 'ASR');
    await putAction(host, { ...variantOf('ASR'), ScheduledActionName: 'asr' });
    const names = ['a', 'ümlaut', '朝', '🌙'];
    for (const ScheduledActionName of names) await putAction(host, { ScheduledActionName });
    const found = async (input: Partial<DescribeScheduledActionsCommandInput>) =>
      (await actions(input)).map(({ ScheduledActionName }) => ScheduledActionName);
    expect(await found({ ResourceId: 'endpoint/ASR/variant/main' })).toEqual(['asr']);
    expect(await found({ ScheduledActionNames: ['朝', 'none'] })).toEqual(['朝']);
    const read: string[] = [];
    const pagination = { client: host.scaling, pageSize: 1 };
    for await (const page of paginateDescribeScheduledActions(pagination, { ServiceNamespace: 'sagemaker' })) {
      read.push(...page.ScheduledActions!.map(({ ScheduledActionName }) => ScheduledActionName!));
    }
    expect(read).toEqual(['asr', ...names]);
    await expect(actions({ NextToken: btoa('["%"]') })).rejects.toMatchObject({ name: 'InvalidNextTokenException' });
    await expect(actions({ MaxResults: 51 })).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('a scheduled action is refused', () => {
  it.each<readonly [string, Partial<PutScheduledActionCommandInput>, string]>([
    ['without a schedule', { Schedule: undefined }, 'Schedule must be set'],
    ['without capacities', { ScalableTargetAction: undefined }, 'ScalableTargetAction must be set'],
    [
      'with capacities that say nothing',
      { ScalableTargetAction: {} },
      'At least one of minimum capacity and maximum capacity should be provided',
    ],
    [
      'with crossed capacities',
      { ScalableTargetAction: { MinCapacity: 3, MaxCapacity: 2 } },
      'Maximum capacity cannot be less than minimum capacity',
    ],
    [
      'with a negative capacity',
      { ScalableTargetAction: { MinCapacity: -1 } },
      "Value '-1' at 'scalableTargetAction.minCapacity'",
    ],
    [
      'with a schedule of no form',
      { Schedule: '0 8 ? * MON-FRI *' },
      'Invalid schedule expression 0 8 ? * MON-FRI *: it must be at(), rate() or cron()',
    ],
    [
      'with a bad unit',
      { Schedule: 'rate(5 weeks)' },
      'a rate must be a whole number and minute(s), hour(s) or day(s)',
    ],
    [
      'with a bad field',
      { Schedule: 'cron(60 8 ? * MON-FRI *)' },
      "Invalid CRON expression cron(60 8 ? * MON-FRI *): '60' does not fit the field minutes",
    ],
    ['with both days', { Schedule: 'cron(0 8 1 * MON *)' }, 'exactly one of day of month and day of week must be ?'],
    ['for a day that there is not', { Schedule: 'cron(0 8 31 2 ? *)' }, 'it names a date that does not exist'],
    [
      'for a year that is over',
      { Schedule: 'cron(0 8 1 1 ? 2020)' },
      'The schedule cron(0 8 1 1 ? 2020) has no time in the future',
    ],
    [
      'for a time that is over',
      { Schedule: 'at(2020-01-01T00:00:00)' },
      'The schedule at(2020-01-01T00:00:00) has no time in the future',
    ],
    [
      'for a time that does not exist',
      { Schedule: 'at(2199-02-30T00:00:00)' },
      'Invalid schedule at DateTime expression at(2199-02-30T00:00:00): it names a date that does not exist',
    ],
    ['with an offset', { Schedule: 'at(2199-01-01T00:00:00Z)' }, 'without an offset'],
    ['in a time zone that there is not', { Timezone: 'Mars/Olympus' }, 'Invalid time zone: Mars/Olympus'],
    ['that ends before it begins', { StartTime: inDays(2), EndTime: inDays(1) }, 'StartTime must be before EndTime'],
    ['that has ended', { EndTime: inDays(-1) }, 'EndTime must be in the future'],
    ['with a name that would not fit its ARN', { ScheduledActionName: 'a:b' }, "Value 'a:b' at 'scheduledActionName'"],
    ['with a space at the end of its name', { ScheduledActionName: 'a ' }, "Value 'a ' at 'scheduledActionName'"],
    ['with a name that cannot be printed', { ScheduledActionName: 'a\u0085' }, "at 'scheduledActionName'"],
    ['without a name', { ScheduledActionName: undefined }, "Value 'null' at 'scheduledActionName'"],
  ])('%s', async (_, input, message) => {
    await expect(putAction(host, input)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message) as string,
      $metadata: { httpStatusCode: 400 },
    });
    expect(await actions()).toEqual([]);
    expect(host.signals).toEqual([]);
  });

  it('without a scalable target', async () => {
    await expect(putAction(host, variantOf('none'))).rejects.toMatchObject({
      name: 'ObjectNotFoundException',
      message: expect.stringContaining('No scalable target registered for service namespace: sagemaker') as string,
    });
  });

  it('and an existing one stays unchanged', async () => {
    await putAction(host);
    const before = await actions();
    await expect(putAction(host, { Schedule: 'cron(0 8 31 2 ? *)' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    expect(await actions()).toEqual(before);
  });

  it('as the two hundred and first of a target', async () => {
    await putAction(host);
    const { scheduledActions } = host.world.catalog;
    const [action] = await scheduledActions.all();
    for (let count = 1; count < 200; count += 1) {
      await scheduledActions.create(scheduledActionKey('OCR', 'main', `a${count}`), { ...action!, name: `a${count}` });
    }
    await expect(putAction(host, { ScheduledActionName: 'more' })).rejects.toMatchObject({
      name: 'LimitExceededException',
    });
    await expect(putAction(host)).resolves.toBeUndefined();
  });
});
