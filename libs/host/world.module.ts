import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Catalog } from '../core/ports/catalog.js';
import { Clock } from '../core/ports/clock.js';
import { Ledger } from '../core/ports/ledger.js';
import { Objects } from '../core/ports/objects.js';
import { Outbox } from '../core/ports/outbox.js';
import { Signals } from '../core/ports/signals.js';
import { Log } from '../engine/log.js';
import { World } from '../engine/world.js';
import { Config } from './config.js';

/** Provides every module with the configuration and the opened drivers, each under its port. */
@Global()
@Module({})
export class WorldModule {
  static of(config: Config, world: World): DynamicModule {
    const providers = [
      { provide: Config, useValue: config },
      { provide: World, useValue: world },
      { provide: Catalog, useValue: world.catalog },
      { provide: Clock, useValue: world.clock },
      { provide: Ledger, useValue: world.ledger },
      { provide: Log, useValue: world.log },
      { provide: Objects, useValue: world.objects },
      { provide: Outbox, useValue: world.outbox },
      { provide: Signals, useValue: world.signals },
    ];
    return { module: WorldModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}
