import { type Alarm, type AlarmState, actionsOf } from '../../core/alarm/alarm.js';
import { stateHistoryItem } from '../../core/alarm/alarm-history.js';
import type { AlarmVerdict } from '../../core/alarm/alarm-evaluation.js';
import { alarmNotification } from '../../core/alarm/alarm-notification.js';
import { parseScalingPolicyArn } from '../../core/arn.js';
import { publishToTopics } from '../delivery/publish-to-topics.js';
import type { World } from '../world.js';

/**
 * Records the state that an alarm has come to, and returns the changed alarm; undefined if it was deleted or changed
 * since it was read.
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

/**
 * Whether two readings of an alarm are equal. Their times alone do not show it, because two edits may share a
 * millisecond.
 */
export function isSameAlarm(a: Alarm, b: Alarm): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Publishes a change of an alarm's state to the topics that the alarm names for that state. */
export async function tellTopics(
  world: Pick<World, 'clock' | 'outbox' | 'place' | 'signals'>,
  alarm: Alarm,
  before: AlarmState,
): Promise<void> {
  const topics = alarm.actionsEnabled ? actionsOf(alarm, alarm.state).filter((arn) => !parseScalingPolicyArn(arn)) : [];
  await publishToTopics(world, topics, alarmNotification(alarm, before, world.place));
}
