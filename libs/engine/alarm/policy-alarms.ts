import type { Alarm } from '../../core/alarm/alarm.js';
import { parseScalingPolicyArn } from '../../core/arn.js';
import { reviseAlarm } from './alarm-records.js';
import type { World } from '../world.js';

/** Whether a scaling policy is among an alarm's actions, in any state of the alarm. */
export function actsOn({ okActions, alarmActions, insufficientDataActions }: Alarm, policyId: string): boolean {
  return [...okActions, ...alarmActions, ...insufficientDataActions].some((arn) => names(arn, policyId));
}

/** Removes a scaling policy from the actions of every alarm; the alarms stay. */
export async function forgetPolicyActions(
  world: Pick<World, 'catalog' | 'clock' | 'place' | 'signals'>,
  policyId: string,
  signal?: AbortSignal,
): Promise<void> {
  const others = (actions: readonly string[]): string[] => actions.filter((arn) => !names(arn, policyId));
  const alarms = await world.catalog.alarms.all(signal);
  for (const { name } of alarms.filter((alarm) => actsOn(alarm, policyId))) {
    await reviseAlarm(
      world,
      name,
      (alarm) => ({
        ...alarm,
        okActions: others(alarm.okActions),
        alarmActions: others(alarm.alarmActions),
        insufficientDataActions: others(alarm.insufficientDataActions),
      }),
      signal,
    );
  }
}

function names(arn: string, policyId: string): boolean {
  return parseScalingPolicyArn(arn)?.id === policyId;
}
