import type { Alarm } from '../alarm/alarm.js';
import { type StatisticSet, statisticOf } from '../metric/metric.js';
import type { AlarmReading } from './scaling-observation.js';
import type { ScalingPolicy } from './scaling-policy.js';

/**
 * Returns an alarm's reading for one of the policies that it triggers. Step scaling aggregates the metric in its own
 * way.
 */
export function alarmReading(
  { name: alarmName, state, comparison, threshold, source }: Alarm,
  { rule }: ScalingPolicy,
  seen: { readonly latest: StatisticSet | number | undefined; readonly measuredSince: number; readonly isDue: boolean },
): AlarmReading {
  const { latest, measuredSince, isDue } = seen;
  const own = source.kind === 'metric' ? source.statistic : 'Average';
  const statistic = rule.kind === 'StepScaling' ? rule.aggregation : own;
  const value = typeof latest === 'object' ? statisticOf(latest, statistic) : latest;
  return { alarmName, state, comparison, threshold, measuredSince, isDue, ...(value !== undefined && { value }) };
}
