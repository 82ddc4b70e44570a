import type { Place } from '../core/arn.js';
import type { Calendar } from '../core/ports/calendar.js';
import type { Catalog } from '../core/ports/catalog.js';
import type { Clock } from '../core/ports/clock.js';
import type { Instances } from '../core/ports/instances.js';
import type { Invocations } from '../core/ports/invocations.js';
import type { Ledger } from '../core/ports/ledger.js';
import type { Logs } from '../core/ports/logs.js';
import type { Metrics } from '../core/ports/metrics.js';
import type { Notifications } from '../core/ports/notifications.js';
import type { Objects } from '../core/ports/objects.js';
import type { Outbox } from '../core/ports/outbox.js';
import type { Secrets } from '../core/ports/secrets.js';
import type { Signals } from '../core/ports/signals.js';
import type { Log } from './log.js';

/**
 * Everything outside the engine that its verbs may reach: the ports, and where this Ebb stands. A class, as the ports are,
 * because Nest injects it by its name; a world is a plain object.
 */
export abstract class World {
  abstract readonly calendar: Calendar;
  abstract readonly catalog: Catalog;
  abstract readonly clock: Clock;
  abstract readonly instances: Instances;
  abstract readonly invocations: Invocations;
  abstract readonly ledger: Ledger;
  abstract readonly log: Log;
  abstract readonly logs: Logs;
  abstract readonly metrics: Metrics;
  abstract readonly notifications: Notifications;
  abstract readonly objects: Objects;
  abstract readonly outbox: Outbox;
  abstract readonly place: Place;
  abstract readonly secrets: Secrets;
  abstract readonly signals: Signals;
  /** The address of a path of this Ebb, for those outside; absent where nobody outside can reach it. */
  readonly publicUrl?: (path: string) => string;
  /** Where a container reports its progress by this token; absent where containers cannot reach this Ebb. */
  readonly progressUrl?: (token: string) => string | undefined;
}
