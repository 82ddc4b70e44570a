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
 * The ports and the place of this Ebb: everything outside the engine that its verbs may reach. It is a class, like the
 * ports, because Nest injects it by its name; a world is a plain object.
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
  /** Returns the address of a path of this Ebb for outside clients; absent if outside clients cannot reach it. */
  readonly publicUrl?: (path: string) => string;
  /**
   * Returns the address at which a container reports its progress with this token; absent if containers cannot reach
   * this Ebb.
   */
  readonly progressUrl?: (token: string) => string | undefined;
}
