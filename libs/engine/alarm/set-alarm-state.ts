import type { Alarm, AlarmState } from '../../core/alarm/alarm.js';
import { stateHistoryItem } from '../../core/alarm/alarm-history.js';
import { EbbError } from '../../core/errors.js';
import type { World } from '../world.js';

/** The state that a user sets for an alarm until its next evaluation. */
export interface StatedState {
  readonly state: AlarmState;
  readonly reason: string;
  /** JSON, as in CloudWatch's own reason data, or any text that the user gave. */
  readonly reasonData?: string;
}

/**
 * Sets an alarm's state until the next evaluation finds another. The state triggers its actions like an evaluated one.
 * Raises `AlarmNotFound`.
 */
export async function setAlarmState(
  world: Pick<World, 'catalog' | 'clock' | 'signals'>,
  name: string,
  { state, reason, reasonData }: StatedState,
  signal?: AbortSignal,
): Promise<Alarm> {
  const { catalog, clock, signals } = world;
  const now = clock.now();
  let before: Alarm | undefined;
  const after = await catalog.alarms.update(
    name,
    (current): Alarm => {
      before = current;
      return {
        ...current,
        state,
        stateReason: reason,
        stateReasonData: reasonData,
        stateChangedAt: state === current.state ? current.stateChangedAt : now,
        stateUpdatedAt: now,
      };
    },
    signal,
  );
  if (!after || !before) throw new EbbError('AlarmNotFound', `Could not find alarm: ${name}`);
  if (before.state !== after.state) {
    await catalog.alarmHistory.record(stateHistoryItem(clock.uniqueId(), now, before, after));
  }
  signals.notify({ kind: 'alarm', alarmName: name });
  return after;
}
