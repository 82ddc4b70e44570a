import { deleteAlarms } from '../../../../libs/engine/alarm/delete-alarms.js';
import { putAlarm } from '../../../../libs/engine/alarm/put-alarm.js';
import { setAlarmActions } from '../../../../libs/engine/alarm/set-alarm-actions.js';
import { setAlarmState } from '../../../../libs/engine/alarm/set-alarm-state.js';
import type { World } from '../../../../libs/engine/world.js';
import { readPutMetricAlarm } from '../../../../libs/wire/cloudwatch/alarm.js';
import { readAlarmNames, readSetAlarmState } from '../../../../libs/wire/cloudwatch/alarm-requests.js';
import type { JsonOperations } from '../json-service.js';

/** The operations that change alarms. */
export function alarmOperations(world: World): JsonOperations {
  return {
    async PutMetricAlarm(request) {
      const { settings, tags } = readPutMetricAlarm(request);
      await putAlarm(world, settings, tags);
      return undefined;
    },

    async DeleteAlarms(request) {
      await deleteAlarms(world, readAlarmNames(request));
      return undefined;
    },

    async SetAlarmState(request) {
      const { name, stated } = readSetAlarmState(request);
      await setAlarmState(world, name, stated);
      return undefined;
    },

    async EnableAlarmActions(request) {
      await setAlarmActions(world, readAlarmNames(request), true);
      return undefined;
    },

    async DisableAlarmActions(request) {
      await setAlarmActions(world, readAlarmNames(request), false);
      return undefined;
    },
  };
}
