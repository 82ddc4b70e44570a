import type { Alarm, AlarmHistoryItem } from './alarm.js';

type StateOfAlarm = Pick<Alarm, 'name' | 'state' | 'stateReason' | 'stateReasonData'>;

/** Returns the history item for a change of an alarm's state, as CloudWatch writes it. */
export function stateHistoryItem(id: string, at: number, before: StateOfAlarm, after: StateOfAlarm): AlarmHistoryItem {
  return {
    id,
    alarmName: after.name,
    at,
    type: 'StateUpdate',
    summary: `Alarm updated from ${before.state} to ${after.state}`,
    data: JSON.stringify({ version: '1.0', oldState: stateMembers(before), newState: stateMembers(after) }),
  };
}

function stateMembers({ state, stateReason, stateReasonData }: StateOfAlarm): object {
  return {
    stateValue: state,
    stateReason,
    ...(stateReasonData !== undefined && { stateReasonData: jsonOrText(stateReasonData) }),
  };
}

/** Users may set any text as a state's data, so it need not be JSON. */
function jsonOrText(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}
