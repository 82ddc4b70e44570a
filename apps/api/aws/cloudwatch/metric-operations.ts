import { wholePeriods } from '../../../../libs/core/metric/metric-data.js';
import { metricKey } from '../../../../libs/core/metric/metric.js';
import type { Meter } from '../../../../libs/engine/metric/meter.js';
import { readMetricData } from '../../../../libs/engine/metric/read-metric-data.js';
import type { World } from '../../../../libs/engine/world.js';
import { firstPage } from '../../../../libs/wire/aws/first-page.js';
import { formatTextToken } from '../../../../libs/wire/aws/page-token.js';
import { writeMetric } from '../../../../libs/wire/cloudwatch/metric.js';
import {
  readGetMetricData,
  readGetMetricStatistics,
  readListMetrics,
  writeMetricData,
  writeStatistics,
} from '../../../../libs/wire/cloudwatch/metric-reading.js';
import { readPutMetricData } from '../../../../libs/wire/cloudwatch/put-metric-data.js';
import type { JsonOperations } from '../json-service.js';

const METRICS_PAGE = 500;

/** The operations on metrics: those that users put and those that Ebb measures. */
export function metricOperations(world: World, meter: Meter): JsonOperations {
  return {
    async PutMetricData(request) {
      meter.put(readPutMetricData(request, world.clock.now()));
      return undefined;
    },

    async GetMetricData(request) {
      return writeMetricData(await readMetricData(world, meter, readGetMetricData(request)));
    },

    async GetMetricStatistics(request) {
      const read = readGetMetricStatistics(request);
      const { metric, periodSeconds, unit } = read;
      const points = await meter.datapoints({ metric, periodSeconds, unit, ...wholePeriods(read, periodSeconds) });
      return writeStatistics(points, read);
    },

    async ListMetrics(request) {
      // One more than the page shows whether there is another page.
      const found = await world.metrics.list({ ...readListMetrics(request), limit: METRICS_PAGE + 1 });
      const { page, nextToken } = firstPage(found, METRICS_PAGE, (metric) => formatTextToken(metricKey(metric)));
      return { Metrics: page.map(writeMetric), NextToken: nextToken };
    },
  };
}
