import type { MetricQuery } from './alarm.js';

export function evaluateQueries(
  queries: readonly MetricQuery[],
  series: ReadonlyMap<string, readonly (number | undefined)[]>,
): readonly (number | undefined)[] {
  const line = queries.find(({ returnData }) => returnData);
  return (line && series.get(line.id)) ?? [];
}
