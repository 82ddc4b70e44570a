import { type Alarm, actionsOf } from '../../core/alarm/alarm.js';
import { type AlarmVerdict, evaluateAlarm, evaluationRange } from '../../core/alarm/alarm-evaluation.js';
import { alarmReading } from '../../core/scaling/alarm-reading.js';
import { parseScalingPolicyArn } from '../../core/arn.js';
import { messageOf } from '../../core/errors.js';
import type { Datapoint } from '../../core/metric/metric.js';
import type { AlarmReading, PolicyReading, ScalingPace } from '../../core/scaling/scaling-observation.js';
import { type ScalingPolicy, scalingPolicyPrefix } from '../../core/scaling/scaling-policy.js';
import { AlarmBook, type WatchedAlarm } from './alarm-book.js';
import { isSameAlarm, recordAlarmState, tellTopics } from './alarm-state.js';
import { type AlarmWindow, readAlarmWindow } from './alarm-window.js';
import type { Meter } from '../metric/meter.js';
import { Rounds } from '../rounds.js';
import type { World } from '../world.js';

/** How long after its end a period is evaluated, so that all values measured in it have arrived. */
const EVALUATION_DELAY_MS = 100;
/** How long to wait after a failure of the catalog or the metrics before they are read again. */
const RETRY_MS = 1_000;
/** An endpoint that was measured within this time is not at rest. */
const ACTIVE_MS = 2_000;
/** How often the watched alarms are compared with the alarms on record. This bounds the effect of a lost signal. */
const RELOAD_INTERVAL_MS = 60_000;

/**
 * Evaluates alarms at their pace and acts on the result. Topics get a message when the state changes. Scaling policies
 * are asked when the state changes, and again while it lasts. An alarm on an endpoint at rest sleeps: it costs nothing
 * until a signal wakes it.
 */
export class AlarmWatch {
  private readonly book: AlarmBook;
  private readonly awake = new Set<WatchedAlarm>();
  private readonly changed = new Set<string>();
  private readonly rounds: Rounds;
  private unsubscribe: () => void = () => undefined;
  private reloadAt = 0;

  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'log' | 'outbox' | 'place' | 'signals'>,
    private readonly meter: Pick<Meter, 'activeSince' | 'datapoints'>,
    pace: ScalingPace,
    /** Only the leading process watches. */
    private readonly leadership: { readonly isLeading: boolean },
    /** Asks for an immediate look at the scaling of an endpoint. */
    private readonly look: (endpointName: string) => void,
  ) {
    this.book = new AlarmBook(pace);
    this.rounds = new Rounds(world.clock, () => this.roundOrRetry());
  }

  start(): void {
    this.unsubscribe = this.world.signals.subscribe((signal) => {
      if (signal.kind === 'alarm') this.noteChange(signal.alarmName);
      else if (signal.kind === 'backlog' || signal.kind === 'endpoint') this.rouse(signal.endpointName);
    });
    this.rounds.start();
  }

  /** Stops evaluating. Resolves when the evaluation under way has ended. */
  async stop(): Promise<void> {
    this.unsubscribe();
    await this.rounds.stop();
  }

  /**
   * Looks at every alarm on record again, because this process does not know what another process watched until now.
   */
  reload(): void {
    this.reloadAt = 0;
    this.rounds.call();
  }

  /** Returns the policies of a variant with the readings of their alarms. Each due action is handed out once. */
  async take(endpointName: string, variantName: string): Promise<PolicyReading[]> {
    const policies = await this.world.catalog.scalingPolicies.under(scalingPolicyPrefix(endpointName, variantName));
    return policies.map((policy) => {
      const alarms = [...this.book.ofPolicy(policy.id)];
      return { policy, alarms: alarms.map((watched) => readingOf(watched, policy)) };
    });
  }

  /** Takes the due actions of readings back that were not acted on; they are handed out again. */
  giveBack(readings: readonly PolicyReading[]): void {
    for (const { alarms, policy } of readings) {
      const due = new Set(alarms.filter(({ isDue }) => isDue).map(({ alarmName }) => alarmName));
      for (const watched of this.book.ofPolicy(policy.id)) if (due.has(watched.alarm.name)) watched.due.add(policy.id);
    }
  }

  /** Lets the alarms of an endpoint rest: its policies need not be asked again until something changes. */
  rest(endpointName: string): void {
    for (const watched of this.book.ofEndpoint(endpointName)) watched.isResting = true;
  }

  private noteChange(alarmName: string): void {
    this.changed.add(alarmName);
    this.rounds.call();
  }

  /**
   * Wakes the alarms of an endpoint. It is called for every accepted invocation, so it must cost next to nothing while
   * they are awake.
   */
  private rouse(endpointName: string): void {
    for (const watched of this.book.ofEndpoint(endpointName)) {
      watched.isResting = false;
      this.rouseAlarm(watched);
    }
  }

  private rouseAlarm(watched: WatchedAlarm): void {
    watched.rousedAt = this.world.clock.now();
    if (watched.isAwake) return;
    watched.isAwake = true;
    this.awake.add(watched);
    this.rounds.call();
  }

  private async roundOrRetry(): Promise<number> {
    try {
      if (this.leadership.isLeading) await this.round();
      return this.nextRoundAt();
    } catch (error) {
      this.world.log.error('Alarms could not be evaluated; Ebb tries again', { reason: messageOf(error) });
      return this.world.clock.now() + RETRY_MS;
    }
  }

  private async round(): Promise<void> {
    const now = this.world.clock.now();
    if (now >= this.reloadAt) await this.loadAll();
    else await this.loadChanged();
    const active = new Set(this.meter.activeSince(now - ACTIVE_MS));
    for (const watched of this.awake) {
      if (this.rounds.signal.aborted) return;
      const until = lastPeriodEnd(watched, now);
      if (until > watched.evaluatedUntil) await this.evaluate(watched, until, active);
    }
  }

  private async loadAll(): Promise<void> {
    const { catalog, clock } = this.world;
    this.changed.clear();
    const alarms = await catalog.alarms.all();
    this.reloadAt = clock.now() + RELOAD_INTERVAL_MS;
    const names = new Set(alarms.map(({ name }) => name));
    for (const { alarm } of this.book.all()) if (!names.has(alarm.name)) this.forget(alarm.name);
    for (const alarm of alarms) await this.takeIn(alarm);
  }

  private async loadChanged(): Promise<void> {
    for (const name of this.changed) {
      this.changed.delete(name);
      const alarm = await this.world.catalog.alarms.get(name);
      if (alarm) await this.takeIn(alarm);
      else this.forget(name);
    }
  }

  private forget(name: string): void {
    const known = this.book.find(name);
    if (known) this.awake.delete(known);
    this.book.remove(name);
  }

  /**
   * Takes in an alarm that was created or changed. A state that a user has set acts like any other, and holds until the
   * next evaluation.
   */
  private async takeIn(alarm: Alarm): Promise<void> {
    const known = this.book.find(alarm.name);
    if (known && isSameAlarm(known.alarm, alarm)) return;
    this.forget(alarm.name);
    const watched = this.book.put(alarm);
    this.rouseAlarm(watched);
    if (!known || known.alarm.state === alarm.state) return;
    watched.evaluatedUntil = lastPeriodEnd(watched, this.world.clock.now());
    await tellTopics(this.world, alarm, known.alarm.state);
    this.ask(watched);
  }

  private async evaluate(watched: WatchedAlarm, until: number, active: ReadonlySet<string>): Promise<void> {
    const { periodMs, repeatMs } = watched.pace;
    const window = await readAlarmWindow(this.meter, watched.alarm, { periodMs, end: until });
    watched.evaluatedUntil = until;
    // Another value may lead the policies to another answer.
    if (!isSameValue(watched.latest, window.latest)) watched.isResting = false;
    watched.latest = window.latest;
    const before = watched.alarm.state;
    const verdict = evaluateAlarm(watched.alarm, window.values, { periodMs, end: until });
    if (verdict.state !== before) await this.change(watched, verdict);
    else if (isAtRest(watched, window, active)) this.letSleep(watched);
    else if (before === 'ALARM' && until - watched.askedAt >= repeatMs) this.ask(watched);
  }

  private async change(watched: WatchedAlarm, verdict: AlarmVerdict): Promise<void> {
    const before = watched.alarm.state;
    const changed = await recordAlarmState(this.world, watched.alarm, verdict);
    // The alarm was deleted or changed in between; the signal of that is on its way.
    if (!changed) return;
    watched.alarm = changed;
    watched.isResting = false;
    await tellTopics(this.world, changed, before);
    this.ask(watched);
  }

  /** Makes the policies that act on the alarm's state decide again. */
  private ask(watched: WatchedAlarm): void {
    if (watched.isResting || !watched.alarm.actionsEnabled) return;
    watched.askedAt = watched.evaluatedUntil;
    for (const arn of actionsOf(watched.alarm, watched.alarm.state)) {
      const policy = parseScalingPolicyArn(arn);
      if (!policy) continue;
      watched.due.add(policy.id);
      this.look(policy.endpointName);
    }
  }

  private letSleep(watched: WatchedAlarm): void {
    watched.isAwake = false;
    this.awake.delete(watched);
  }

  private nextRoundAt(): number {
    if (!this.leadership.isLeading) return Infinity;
    if (this.changed.size > 0) return 0;
    let at = this.reloadAt;
    for (const watched of this.awake) {
      at = Math.min(at, watched.evaluatedUntil + watched.pace.cadenceMs + EVALUATION_DELAY_MS);
    }
    return at;
  }
}

/**
 * Whether nothing that the alarm has watched since the last signal has moved, so that nothing can change before the
 * next.
 */
function isAtRest(watched: WatchedAlarm, { isUniform }: AlarmWindow, active: ReadonlySet<string>): boolean {
  const { alarm, endpointNames, evaluatedUntil, isMeasuredHere, isResting, pace, policyIds, rousedAt } = watched;
  if (!isMeasuredHere || !isUniform) return false;
  if (evaluatedUntil - rousedAt < evaluationRange(alarm) * pace.periodMs) return false;
  if (alarm.state === 'ALARM' && policyIds.length > 0 && !isResting) return false;
  return !endpointNames.some((name) => active.has(name));
}

/** Returns the end of the last period that is over, with all its values in. */
function lastPeriodEnd({ pace: { cadenceMs } }: WatchedAlarm, now: number): number {
  return Math.floor((now - EVALUATION_DELAY_MS) / cadenceMs) * cadenceMs;
}

function isSameValue(a: Datapoint | number | undefined, b: Datapoint | number | undefined): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return a.sum === b.sum && a.count === b.count && a.minimum === b.minimum && a.maximum === b.maximum;
}

function readingOf({ alarm, due, evaluatedUntil, latest, pace }: WatchedAlarm, policy: ScalingPolicy): AlarmReading {
  const measuredSince = typeof latest === 'object' ? latest.at : evaluatedUntil - pace.periodMs;
  return alarmReading(alarm, policy, { latest, measuredSince, isDue: due.delete(policy.id) });
}
