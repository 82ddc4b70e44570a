import type { AlarmSettings } from './alarm.js';

/** The pace of an alarm, in milliseconds. */
export interface AlarmPace {
  /** The length of one period, as it is evaluated. */
  readonly periodMs: number;
  /** How often the alarm is evaluated. */
  readonly cadenceMs: number;
  /** How often the alarm triggers its policies again while it stays in ALARM. */
  readonly repeatMs: number;
}

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

/**
 * Returns CloudWatch's pace: an evaluation every minute, or every ten seconds if the period is shorter. A fast alarm
 * takes minutes as seconds.
 */
export function alarmPace({ periodSeconds }: Pick<AlarmSettings, 'periodSeconds'>, isFast: boolean): AlarmPace {
  if (isFast) {
    return { periodMs: Math.max(1, Math.round(periodSeconds / 60)) * 1000, cadenceMs: SECOND_MS, repeatMs: SECOND_MS };
  }
  return { periodMs: periodSeconds * 1000, cadenceMs: periodSeconds < 60 ? 10_000 : MINUTE_MS, repeatMs: MINUTE_MS };
}
