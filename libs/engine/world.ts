import type { Place } from '../core/arn.js';
import type { Calendar } from '../core/ports/calendar.js';
import type { Catalog } from '../core/ports/catalog.js';
import type { Clock } from '../core/ports/clock.js';
import type { Instances } from '../core/ports/instances.js';
import type { Ledger } from '../core/ports/ledger.js';
import type { Logs } from '../core/ports/logs.js';
import type { Metrics } from '../core/ports/metrics.js';
import type { Notifications } from '../core/ports/notifications.js';
import type { Objects } from '../core/ports/objects.js';
import type { Outbox } from '../core/ports/outbox.js';
import type { Secrets } from '../core/ports/secrets.js';
import type { Signals } from '../core/ports/signals.js';
import type { Log } from './log.js';

/** Everything outside the engine that its verbs may reach: the ports, and where this Ebb stands. */
export class World {
  readonly calendar!: Calendar;
  readonly catalog!: Catalog;
  readonly clock!: Clock;
  readonly instances!: Instances;
  readonly ledger!: Ledger;
  readonly log!: Log;
  readonly logs!: Logs;
  readonly metrics!: Metrics;
  readonly notifications!: Notifications;
  readonly objects!: Objects;
  readonly outbox!: Outbox;
  readonly place!: Place;
  readonly secrets!: Secrets;
  readonly signals!: Signals;
  /** The address of a path of this Ebb, for those outside; absent where nobody outside can reach it. */
  readonly publicUrl?: (path: string) => string;
  /** Where a container reports its progress by this token; absent where containers cannot reach this Ebb. */
  readonly progressUrl?: (token: string) => string | undefined;

  constructor(parts: World) {
    Object.assign(this, parts);
    Object.freeze(this);
  }
}
