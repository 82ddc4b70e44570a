import { Controller, Get, Header } from '@nestjs/common';
import { Meter } from '../../libs/engine/metric/meter.js';
import { EXPOSITION_CONTENT_TYPE, formatExposition } from '../../libs/wire/prometheus/prometheus.js';
import {
  type ProcessFigures,
  endpointFamilies,
  processFamilies,
} from '../../libs/wire/prometheus/prometheus-families.js';
import { Needs } from './v1/access.guard.js';

/** Serves the metrics that Prometheus scrapes. */
@Controller('metrics')
@Needs('read')
export class MetricsController {
  constructor(private readonly meter: Meter) {}

  @Get()
  @Header('content-type', EXPOSITION_CONTENT_TYPE)
  async metrics(): Promise<string> {
    const endpoints = await this.meter.snapshot();
    return formatExposition([...endpointFamilies(endpoints), ...processFamilies(processFigures())]);
  }
}

function processFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage();
  return {
    cpuSeconds: (user + system) / 1e6,
    residentBytes: process.memoryUsage.rss(),
    startedAt: Math.round(performance.timeOrigin / 1000),
  };
}
