import { Controller } from '@nestjs/common';
import { wholePeriods } from '../../../libs/core/metric/metric-data.js';
import { chooseVariant } from '../../../libs/engine/operating/choose-variant.js';
import { findEndpoint } from '../../../libs/engine/endpoint/find-endpoint.js';
import { Meter } from '../../../libs/engine/metric/meter.js';
import { World } from '../../../libs/engine/world.js';
import { formatActivity } from '../../../libs/wire/rest/scaling/activity-document.js';
import { formatCursor, readCursor } from '../../../libs/wire/rest/cursor.js';
import { DEFAULT_METRIC_NAMES, formatSeries, wantedSeries } from '../../../libs/wire/rest/scaling/metric-document.js';
import { iso } from '../../../libs/wire/rest/fields.js';
import { BrokenRules } from '../../../libs/wire/rest/problem.js';
import type { Document } from '../../../libs/wire/rest/route.js';
import { GET_METRICS, LIST_ACTIVITIES } from '../../../libs/wire/rest/scaling/scaling-routes.js';
import { Asked } from './asked.js';
import { Serves } from './serves.js';

const PAGE = 100;
const DEFAULT_PERIOD_SECONDS = 60;
const DEFAULT_SPAN_MS = 3_600_000;
/** The most points of all series in one answer, so that no request holds up the others for long. */
const MAX_POINTS = 100_000;

/** Serves an endpoint's scaling activities and metrics. */
@Controller()
export class ScalingController {
  constructor(
    private readonly world: World,
    private readonly meter: Meter,
  ) {}

  @Serves(LIST_ACTIVITIES)
  async activities(
    @Asked() { gone, parameters, query }: Asked<typeof LIST_ACTIVITIES>,
  ): Promise<Document<typeof LIST_ACTIVITIES>> {
    const { limit = PAGE, notScaled: includeNotScaled = true, variant: variantName } = query;
    const before = readCursor(query.cursor);
    const { name: endpointName } = await findEndpoint(this.world, parameters.name, gone);
    const wanted = { endpointName, variantName, before, includeNotScaled };
    // One more than the page shows whether there is another page.
    const found = await this.world.catalog.activities.list({ ...wanted, limit: limit + 1 }, gone);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return { items: page.map(formatActivity), ...(last && { nextCursor: formatCursor(last.id) }) };
  }

  @Serves(GET_METRICS)
  async metrics(
    @Asked() { gone, parameters, query }: Asked<typeof GET_METRICS>,
  ): Promise<Document<typeof GET_METRICS>> {
    const endpoint = await findEndpoint(this.world, parameters.name, gone);
    const { metric = DEFAULT_METRIC_NAMES, periodSeconds = DEFAULT_PERIOD_SECONDS, variant } = query;
    const variants = variant === undefined ? endpoint.variants : [chooseVariant(endpoint, variant)];
    const wanted = wantedSeries(
      metric,
      endpoint.name,
      variants.map(({ name }) => name),
    );
    const { from, to } = this.spanOf(query, periodSeconds, wanted.length);
    const series = await Promise.all(
      wanted.map(async (each) => {
        const points = await this.meter.datapoints({ metric: each.metric, periodSeconds, from, to }, gone);
        return formatSeries(each, points);
      }),
    );
    return { from: iso(from), to: iso(to), periodSeconds, series };
  }

  /** Returns the whole periods that contain the time asked for. */
  private spanOf(
    query: { readonly from?: number; readonly to?: number },
    periodSeconds: number,
    seriesCount: number,
  ): { readonly from: number; readonly to: number } {
    const to = query.to ?? this.world.clock.now();
    const span = { from: query.from ?? to - DEFAULT_SPAN_MS, to };
    if (span.from >= to) throw new BrokenRules([{ field: 'query.from', rule: 'must be before `to`' }]);
    const whole = wholePeriods(span, periodSeconds);
    const points = ((whole.to - whole.from) / (periodSeconds * 1000)) * seriesCount;
    if (points <= MAX_POINTS) return whole;
    const rule = `must be longer: there would be more than ${MAX_POINTS} points`;
    throw new BrokenRules([{ field: 'query.periodSeconds', rule }]);
  }
}
