import type { Alarm } from '../../../../libs/core/alarm/alarm.js';
import { withoutTags } from '../../../../libs/core/tags.js';
import { deleteAlarms } from '../../../../libs/engine/alarm/delete-alarms.js';
import { putAlarm } from '../../../../libs/engine/alarm/put-alarm.js';
import { setAlarmActions } from '../../../../libs/engine/alarm/set-alarm-actions.js';
import { setAlarmState } from '../../../../libs/engine/alarm/set-alarm-state.js';
import { changeAlarmTags, findAlarmTags } from '../../../../libs/engine/alarm/tag-alarm.js';
import type { World } from '../../../../libs/engine/world.js';
import { firstPage } from '../../../../libs/wire/aws/first-page.js';
import { formatTextToken } from '../../../../libs/wire/aws/page-token.js';
import { writeTags } from '../../../../libs/wire/aws/tag-requests.js';
import { readPutMetricAlarm, writeMetricAlarm } from '../../../../libs/wire/cloudwatch/alarm.js';
import {
  type AlarmFilter,
  isDescribed,
  readAlarmNames,
  readDescribeAlarmHistory,
  readDescribeAlarms,
  readDescribeAlarmsForMetric,
  readSetAlarmState,
  watches,
  writeHistoryItem,
} from '../../../../libs/wire/cloudwatch/alarm-requests.js';
import {
  alarmNameOf,
  readListTags,
  readTagResource,
  readUntagResource,
} from '../../../../libs/wire/cloudwatch/tags.js';
import type { JsonOperations } from '../json-service.js';

/** Alarms: what users put, what became of it, and what they say of it for the time being. */
export function alarmOperations(world: World): JsonOperations {
  const { catalog, place } = world;
  return {
    async PutMetricAlarm(request) {
      const { settings, tags } = readPutMetricAlarm(request);
      await putAlarm(world, settings, tags);
      return undefined;
    },

    async DescribeAlarms(request) {
      const filter = readDescribeAlarms(request);
      const found = filter.includesMetricAlarms ? await candidates(world, filter) : [];
      const described = found.filter((alarm) => isDescribed(alarm, filter));
      const { page, nextToken } = firstPage(described, filter.limit, ({ name }) => formatTextToken(name));
      return {
        CompositeAlarms: [],
        LogAlarms: [],
        MetricAlarms: page.map((alarm) => writeMetricAlarm(alarm, place)),
        NextToken: nextToken,
      };
    },

    async DescribeAlarmsForMetric(request) {
      const wanted = readDescribeAlarmsForMetric(request);
      const found = (await catalog.alarms.all()).filter((alarm) => watches(alarm, wanted));
      return { MetricAlarms: found.map((alarm) => writeMetricAlarm(alarm, place)) };
    },

    async DescribeAlarmHistory(request) {
      const { includesMetricAlarms, limit, ...query } = readDescribeAlarmHistory(request);
      // One more than the page tells whether there is another.
      const found = includesMetricAlarms ? await catalog.alarmHistory.list({ ...query, limit: limit + 1 }) : [];
      const { page, nextToken } = firstPage(found, limit, ({ id }) => formatTextToken(id));
      return { AlarmHistoryItems: page.map(writeHistoryItem), NextToken: nextToken };
    },

    async DeleteAlarms(request) {
      await deleteAlarms(world, readAlarmNames(request));
      return undefined;
    },

    async SetAlarmState(request) {
      const { name, stated } = readSetAlarmState(request);
      await setAlarmState(world, name, stated);
      return undefined;
    },

    async EnableAlarmActions(request) {
      await setAlarmActions(world, readAlarmNames(request), true);
      return undefined;
    },

    async DisableAlarmActions(request) {
      await setAlarmActions(world, readAlarmNames(request), false);
      return undefined;
    },
  };
}

/** Tags, which of CloudWatch's resources only alarms have here. */
export function tagOperations(world: World): JsonOperations {
  const { place } = world;
  return {
    async TagResource(request) {
      const { resourceArn, tags } = readTagResource(request);
      await changeAlarmTags(world, alarmNameOf(resourceArn, place), (current) => ({ ...current, ...tags }));
      return {};
    },

    async UntagResource(request) {
      const { resourceArn, keys } = readUntagResource(request);
      await changeAlarmTags(world, alarmNameOf(resourceArn, place), (current) => withoutTags(current, keys));
      return {};
    },

    async ListTagsForResource(request) {
      return { Tags: writeTags(await findAlarmTags(world, alarmNameOf(readListTags(request), place))) };
    },
  };
}

async function candidates({ catalog }: World, { names, prefix }: AlarmFilter): Promise<Alarm[]> {
  if (names.length === 0) return catalog.alarms.under(prefix ?? '');
  const found = await Promise.all([...new Set(names)].sort().map((name) => catalog.alarms.get(name)));
  return found.filter((alarm) => alarm !== undefined);
}
