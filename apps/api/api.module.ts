import { type DynamicModule, Module, type ValueProvider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { AuditTrail } from '../../libs/engine/access/audit-trail.js';
import { InvocationWatch } from '../../libs/engine/invocation/invocation-watch.js';
import { QuotaGate } from '../../libs/engine/access/quota-gate.js';
import { ProgressBook } from '../../libs/engine/invocation/progress-book.js';
import { RequestRates } from '../../libs/engine/access/request-rates.js';
import { World } from '../../libs/engine/world.js';
import type { Config } from '../../libs/host/config.js';
import { CloudWatchSurface } from './aws/cloudwatch/cloudwatch-surface.js';
import { ControlSurface } from './aws/control/control-surface.js';
import { GATE_PROVIDERS } from './aws/gate-providers.js';
import { RuntimeSurface } from './aws/runtime/runtime-surface.js';
import { S3Surface } from './aws/s3/s3-surface.js';
import { ScalingSurface } from './aws/scaling/scaling-surface.js';
import { SnsSurface } from './aws/sns/sns-surface.js';
import { QueueServer } from './aws/sqs/queue-server.js';
import { SqsSurface } from './aws/sqs/sqs-surface.js';
import { StsSurface } from './aws/sts/sts-surface.js';
import type { Surface } from './aws/surface.js';
import { FrontDoor, Surfaces } from './front-door.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { AboutController } from './v1/about.controller.js';
import { AccessController } from './v1/access.controller.js';
import { AccessGuard } from './v1/access.guard.js';
import { BatchesController } from './v1/batches.controller.js';
import { DeliveriesController } from './v1/deliveries.controller.js';
import { EndpointsController } from './v1/endpoints.controller.js';
import { EventsController } from './v1/events.controller.js';
import { InvocationsController } from './v1/invocations.controller.js';
import { LogsController } from './v1/logs.controller.js';
import { OperatingController } from './v1/operating.controller.js';
import { OutputsController } from './v1/outputs.controller.js';
import { ProblemFilter } from './v1/problem.filter.js';
import { ProgressController } from './v1/progress.controller.js';
import { ScalingController } from './v1/scaling.controller.js';
import { SubmissionsController } from './v1/submissions.controller.js';
import { UploadsController } from './v1/uploads.controller.js';

/**
 * The surfaces that are always on. Those of S3, SNS and SQS are optional: each is off if the real service is
 * configured.
 */
const ALWAYS = [RuntimeSurface, ControlSurface, ScalingSurface, CloudWatchSurface, StsSurface] as const;
type OptionalSurface = typeof S3Surface | typeof SnsSurface | typeof SqsSurface;

/** HTTP: Ebb's own routes, and one surface for each AWS service behind the front door. */
@Module({})
export class ApiModule {
  /**
   * `fromEngine` provides, by class, the engine's parts that the surfaces use, such as the `Meter` and the views of
   * instances.
   */
  static of(config: Config, fromEngine: readonly ValueProvider[]): DynamicModule {
    const optional = embeddedSurfaces(config);
    return {
      module: ApiModule,
      controllers: [
        AboutController,
        AccessController,
        BatchesController,
        DeliveriesController,
        EndpointsController,
        EventsController,
        HealthController,
        InvocationsController,
        LogsController,
        MetricsController,
        OperatingController,
        OutputsController,
        ProgressController,
        ScalingController,
        SubmissionsController,
        UploadsController,
      ],
      providers: [
        ...fromEngine,
        ...ALWAYS,
        ...optional,
        ...(optional.includes(SqsSurface) ? [QueueServer] : []),
        { provide: Surfaces, useFactory: surfacesOf, inject: [...ALWAYS, ...optional] },
        FrontDoor,
        ...GATE_PROVIDERS,
        { provide: ProgressBook, useFactory: (world: World) => new ProgressBook(world), inject: [World] },
        { provide: InvocationWatch, useFactory: (world: World) => new InvocationWatch(world), inject: [World] },
        { provide: QuotaGate, useFactory: (world: World) => new QuotaGate(world), inject: [World] },
        { provide: RequestRates, useFactory: (world: World) => new RequestRates(world), inject: [World] },
        { provide: AuditTrail, useFactory: (world: World) => new AuditTrail(world), inject: [World] },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}

function embeddedSurfaces(config: Config): OptionalSurface[] {
  const surfaces: OptionalSurface[] = [];
  if (config.drivers.objects === 'filesystem') surfaces.push(S3Surface);
  if (config.drivers.notifications === 'topics') surfaces.push(SnsSurface);
  if (config.awsEndpoints.sqs === undefined && config.drivers.ledger !== 'sqs') surfaces.push(SqsSurface);
  return surfaces;
}

function surfacesOf(...surfaces: Surface[]): Surfaces {
  const find = (kind: new (...parts: never[]) => Surface): Surface | undefined =>
    surfaces.find((surface) => surface instanceof kind);
  return {
    byService: {
      runtime: find(RuntimeSurface),
      control: find(ControlSurface),
      scaling: find(ScalingSurface),
      cloudwatch: find(CloudWatchSurface),
      sts: find(StsSurface),
      s3: find(S3Surface),
      sns: find(SnsSurface),
      sqs: find(SqsSurface),
    },
  };
}
