import type { AlarmSettings } from './alarm.js';
import { parseScalingPolicyArn } from '../arn.js';
import { EbbError } from '../errors.js';
import { checkQueries } from '../metric/metric-math.js';
import { checkMetricName } from '../metric/metric-names.js';

/** Raises `InvalidRequest` for an alarm that cannot be evaluated, or that has an action which Ebb cannot take. */
export function checkAlarm(settings: AlarmSettings): void {
  checkSource(settings);
  checkPeriods(settings);
  for (const action of [...settings.alarmActions, ...settings.okActions, ...settings.insufficientDataActions]) {
    checkAction(action);
  }
}

function checkSource({ source }: AlarmSettings): void {
  if (source.kind === 'metric') {
    checkMetricName(source.metric);
    return;
  }
  checkQueries(source.queries);
  for (const query of source.queries) if (query.kind === 'metric') checkMetricName(query.metric);
}

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;
const WEEK_SECONDS = 604_800;

/** Returns whether alarms may be evaluated on periods of this length: 10, 20 or 30 seconds, or whole minutes. */
export function isAlarmPeriod(periodSeconds: number): boolean {
  return [10, 20, 30].includes(periodSeconds) || (periodSeconds > 0 && periodSeconds % 60 === 0);
}

function checkPeriods({ periodSeconds, evaluationPeriods, datapointsToAlarm }: AlarmSettings): void {
  if (!isAlarmPeriod(periodSeconds)) {
    throw new EbbError('InvalidRequest', `Invalid period ${periodSeconds}: it must be 10, 20, 30 or a multiple of 60.`);
  }
  if (datapointsToAlarm !== undefined && datapointsToAlarm > evaluationPeriods) {
    throw new EbbError('InvalidRequest', 'DatapointsToAlarm must be less than or equal to EvaluationPeriods.');
  }
  const isLong = periodSeconds >= HOUR_SECONDS;
  const longest = isLong ? WEEK_SECONDS : DAY_SECONDS;
  if (periodSeconds * evaluationPeriods <= longest) return;
  throw new EbbError(
    'InvalidRequest',
    `Metrics cannot be checked across more than a ${isLong ? 'week' : 'day'} ` +
      `(EvaluationPeriods * Period must be <= ${longest}).`,
  );
}

const TOPIC_ARN = /^arn:aws:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/;

/**
 * Checks only the form of an action's ARN. AWS does not check that its target exists either, and policies and alarms
 * come in any order.
 */
function checkAction(arn: string): void {
  if (TOPIC_ARN.test(arn) || parseScalingPolicyArn(arn)) return;
  if (!arn.startsWith('arn:')) throw new EbbError('InvalidRequest', `Invalid arn syntax: ${arn}`);
  throw new EbbError(
    'InvalidRequest',
    `The action ${arn} is not supported by Ebb: it must be a scaling policy of a SageMaker variant or an SNS topic.`,
  );
}
