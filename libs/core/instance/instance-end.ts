import { duration } from '../in-words.js';
import type { PingAnswer } from './instance.js';

/**
 * The way an instance ended: it was told to stop; it never passed its health check; it ended on its own; the machine
 * ended it for lack of memory; it stopped passing its pings and was replaced.
 */
export type InstanceEnd = 'stopped' | 'never-healthy' | 'crashed' | 'out-of-memory' | 'sick';

/** The exit of an instance that ended on its own, as its driver reports it. */
interface Exit {
  readonly reason: string;
  readonly isOutOfMemory?: boolean;
}

/** Returns the kind of end that an exit is. */
export function endOf({ isOutOfMemory }: Exit): InstanceEnd {
  return isOutOfMemory ? 'out-of-memory' : 'crashed';
}

/**
 * Describes an exit in one or two sentences for users. The instance type limits the memory that an instance may use.
 */
export function describeExit({ reason, isOutOfMemory }: Exit, instanceType: string | undefined): string {
  if (!isOutOfMemory) return reason;
  const limit = instanceType === undefined ? 'it may have' : `an instance of type ${instanceType} may have`;
  return `It ran out of memory: it used more than ${limit}. ${reason}`;
}

/**
 * Describes a start that failed, in SageMaker's own words, which tools look for. It adds how the container ended, if it
 * ended before it was given up.
 */
export function describeNeverHealthy(variantName: string, exit?: Exit, instanceType?: string): string {
  const text =
    `The primary container for production variant ${variantName} did not pass the ping health check. ` +
    'Please check CloudWatch logs for this endpoint.';
  return exit ? `${text} It ended before it was healthy. ${describeExit(exit, instanceType)}` : text;
}

const ANSWERED: Readonly<Record<PingAnswer, string>> = {
  healthy: 'it was healthy',
  unhealthy: 'it answered with a status other than 200',
  silent: 'it did not answer in time though it had nothing to do',
  unreachable: 'it took no connection',
};

/** Describes why an instance in service was replaced; `answer` is the result of its last ping. */
export function describeSick(variantName: string, answer: PingAnswer, servedMs: number): string {
  return (
    `An instance of production variant ${variantName} stopped passing the ping health check, ${duration(servedMs)} ` +
    `after it came into service: ${ANSWERED[answer]}.`
  );
}

/** The longest `FailureReason` of DescribeEndpoint. */
export const MAX_FAILURE_REASON_LENGTH = 1_024;

const OUTPUT_HEAD = '\nThe last lines of its output:';

/** Returns a reason with the last lines of the container's output below it, as many as a FailureReason has room for. */
export function withOutput(reason: string, lines: readonly string[]): string {
  let room = MAX_FAILURE_REASON_LENGTH - reason.length - OUTPUT_HEAD.length;
  const shown: string[] = [];
  for (const line of lines
    .map(printable)
    .filter((text) => text !== '')
    .toReversed()) {
    if (room <= 1) break;
    // The beginning of a line that is too long says most, and no other line fits beside it.
    shown.unshift(`\n${line.slice(0, room - 1)}`);
    room -= line.length + 1;
  }
  return shown.length === 0 ? reason.slice(0, MAX_FAILURE_REASON_LENGTH) : reason + OUTPUT_HEAD + shown.join('');
}

/** Returns the reason without the output, for texts of one line. */
export function withoutOutput(told: string): string {
  const [reason = ''] = told.split(OUTPUT_HEAD, 1);
  return reason;
}

/** Removes colours and other control characters, which mean nothing outside a terminal. */
function printable(line: string): string {
  return line
    .replaceAll(/\p{Cc}\[[\d;]*[A-Za-z]/gu, '')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trimEnd();
}
