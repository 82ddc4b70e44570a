import { type Alarm, type AlarmState, actionsOf } from '../core/alarm.js';
import { stateHistoryItem } from '../core/alarm-history.js';
import type { AlarmVerdict } from '../core/alarm-evaluation.js';
import { alarmNotification } from '../core/alarm-notification.js';
import { parseScalingPolicyArn } from '../core/arn.js';
import type { Delivery } from '../core/notification.js';
import type { World } from './world.js';

/**
 * Writes down what an alarm has come to, and returns it as it is from now on; nothing where it was deleted, or set
 * otherwise, since it was read.
 */
export async function recordAlarmState(
  world: Pick<World, 'catalog' | 'clock'>,
  alarm: Alarm,
  verdict: AlarmVerdict,
): Promise<Alarm | undefined> {
  const now = world.clock.now();
  let isRecorded = false;
  const recorded = await world.catalog.alarms.update(alarm.name, (current): Alarm => {
    isRecorded = isSameAlarm(current, alarm);
    if (!isRecorded) return current;
    return {
      ...current,
      state: verdict.state,
      stateReason: verdict.reason,
      stateReasonData: verdict.reasonData,
      stateChangedAt: now,
      stateUpdatedAt: now,
    };
  });
  if (!recorded || !isRecorded) return undefined;
  await world.catalog.alarmHistory.record(stateHistoryItem(world.clock.uniqueId(), now, alarm, recorded));
  return recorded;
}

/** Whether nothing of an alarm has changed: times alone do not tell, as two edits may share a millisecond. */
export function isSameAlarm(a: Alarm, b: Alarm): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Publishes the change of an alarm's state to the topics that it names for the state. */
export async function tellTopics(
  world: Pick<World, 'clock' | 'outbox' | 'place' | 'signals'>,
  alarm: Alarm,
  before: AlarmState,
): Promise<void> {
  const topics = alarm.actionsEnabled ? actionsOf(alarm, alarm.state).filter((arn) => !parseScalingPolicyArn(arn)) : [];
  if (topics.length === 0) return;
  const message = alarmNotification(alarm, before, world.place);
  const deliveries = topics.map((topicArn): Delivery => ({
    id: world.clock.uniqueId(),
    receiver: { kind: 'topic', topicArn },
    message,
    createdAt: world.clock.now(),
  }));
  await world.outbox.enqueue(deliveries);
  world.signals.notify({ kind: 'outbox' });
}
