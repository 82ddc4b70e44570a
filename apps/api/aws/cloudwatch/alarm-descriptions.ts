import type { Alarm } from '../../../../libs/core/alarm/alarm.js';
import type { World } from '../../../../libs/engine/world.js';
import { firstPage } from '../../../../libs/wire/aws/first-page.js';
import { formatTextToken } from '../../../../libs/wire/aws/page-token.js';
import { writeMetricAlarm } from '../../../../libs/wire/cloudwatch/alarm.js';
import {
  type AlarmFilter,
  isDescribed,
  readDescribeAlarmHistory,
  readDescribeAlarms,
  readDescribeAlarmsForMetric,
  watches,
  writeHistoryItem,
} from '../../../../libs/wire/cloudwatch/alarm-requests.js';
import type { JsonOperations } from '../json-service.js';

/** The operations that describe alarms: their settings, states and history. */
export function alarmDescriptions(world: Pick<World, 'catalog' | 'place'>): JsonOperations {
  const { catalog, place } = world;
  return {
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
      // One more than the page shows whether there is another page.
      const found = includesMetricAlarms ? await catalog.alarmHistory.list({ ...query, limit: limit + 1 }) : [];
      const { page, nextToken } = firstPage(found, limit, ({ id }) => formatTextToken(id));
      return { AlarmHistoryItems: page.map(writeHistoryItem), NextToken: nextToken };
    },
  };
}

async function candidates({ catalog }: Pick<World, 'catalog'>, { names, prefix }: AlarmFilter): Promise<Alarm[]> {
  if (names.length === 0) return catalog.alarms.under(prefix ?? '');
  const found = await Promise.all([...new Set(names)].sort().map((name) => catalog.alarms.get(name)));
  return found.filter((alarm) => alarm !== undefined);
}
