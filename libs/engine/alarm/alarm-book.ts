import type { Alarm } from '../../core/alarm/alarm.js';
import { type AlarmPace, alarmPace } from '../../core/alarm/alarm-pace.js';
import { alarmLines } from '../../core/alarm/alarm-values.js';
import { parseScalingPolicyArn } from '../../core/arn.js';
import { EBB_NAMESPACE, SAGEMAKER_NAMESPACE } from '../../core/metric/endpoint-metrics.js';
import type { Datapoint } from '../../core/metric/metric.js';
import type { ScalingPace } from '../../core/scaling/scaling-observation.js';

/** An alarm with the state of its watch. */
export interface WatchedAlarm {
  alarm: Alarm;
  readonly pace: AlarmPace;
  /** The endpoints whose signals may change its state. */
  readonly endpointNames: readonly string[];
  /** Whether Ebb itself measures everything that it watches, so that an endpoint at rest cannot change its state. */
  readonly isMeasuredHere: boolean;
  /** The ids of the policies that it triggers. */
  readonly policyIds: readonly string[];
  /** The end of the last period that was evaluated. */
  evaluatedUntil: number;
  /** The most recent datapoint of its metric, or the most recent value of its expression. */
  latest?: Datapoint | number;
  /** The end of the period after which it last asked its policies. */
  askedAt: number;
  /** The policies that it acts on now and that have not been asked yet. */
  readonly due: Set<string>;
  isAwake: boolean;
  /** When a signal last announced a possible change of its state. */
  rousedAt: number;
  /** Whether its last action had no effect, and waiting does not change that. */
  isResting: boolean;
}

/** Holds the watched alarms by name, by endpoint and by policy. */
export class AlarmBook {
  private readonly byName = new Map<string, WatchedAlarm>();
  private readonly byEndpoint = new Map<string, Set<WatchedAlarm>>();
  private readonly byPolicy = new Map<string, Set<WatchedAlarm>>();

  constructor(private readonly pace: ScalingPace) {}

  find(name: string): WatchedAlarm | undefined {
    return this.byName.get(name);
  }

  ofEndpoint(endpointName: string): Iterable<WatchedAlarm> {
    return this.byEndpoint.get(endpointName) ?? [];
  }

  ofPolicy(policyId: string): Iterable<WatchedAlarm> {
    return this.byPolicy.get(policyId) ?? [];
  }

  all(): Iterable<WatchedAlarm> {
    return this.byName.values();
  }

  /** Takes in an alarm as it is now, and drops the earlier state of its watch. */
  put(alarm: Alarm): WatchedAlarm {
    this.remove(alarm.name);
    const watched = watchedAlarm(alarm, this.pace);
    this.byName.set(alarm.name, watched);
    for (const endpointName of watched.endpointNames) entryOf(this.byEndpoint, endpointName).add(watched);
    for (const policyId of watched.policyIds) entryOf(this.byPolicy, policyId).add(watched);
    return watched;
  }

  remove(name: string): void {
    const watched = this.byName.get(name);
    if (!watched) return;
    this.byName.delete(name);
    for (const endpointName of watched.endpointNames) leave(this.byEndpoint, endpointName, watched);
    for (const policyId of watched.policyIds) leave(this.byPolicy, policyId, watched);
  }
}

function watchedAlarm(alarm: Alarm, pace: ScalingPace): WatchedAlarm {
  const actions = [...alarm.alarmActions, ...alarm.okActions, ...alarm.insufficientDataActions];
  const policies = actions.flatMap((arn) => parseScalingPolicyArn(arn) ?? []);
  const metrics = alarmLines(alarm.source).map(({ metric }) => metric);
  const isMeasuredHere = metrics.every(
    ({ namespace }) => namespace === SAGEMAKER_NAMESPACE || namespace === EBB_NAMESPACE,
  );
  const named = metrics.flatMap(({ dimensions }) => dimensions['EndpointName'] ?? []);
  return {
    alarm,
    pace: alarmPace(alarm, pace === 'fast' && isMeasuredHere && policies.length > 0),
    endpointNames: [...new Set([...named, ...policies.map(({ endpointName }) => endpointName)])],
    isMeasuredHere,
    policyIds: policies.map(({ id }) => id),
    evaluatedUntil: 0,
    askedAt: 0,
    due: new Set(),
    isAwake: false,
    rousedAt: 0,
    isResting: false,
  };
}

function entryOf(map: Map<string, Set<WatchedAlarm>>, key: string): Set<WatchedAlarm> {
  const known = map.get(key);
  if (known) return known;
  const entry = new Set<WatchedAlarm>();
  map.set(key, entry);
  return entry;
}

function leave(map: Map<string, Set<WatchedAlarm>>, key: string, watched: WatchedAlarm): void {
  const entry = map.get(key);
  entry?.delete(watched);
  if (entry?.size === 0) map.delete(key);
}
