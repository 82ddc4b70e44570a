import { duration } from '../in-words.js';
import type { PingAnswer } from './instance.js';

/**
 * How an instance came to its end: it was told to go; it never passed its health check; it ended by itself; the machine
 * took it for want of memory; it stopped answering its pings well and was replaced.
 */
export type InstanceEnd = 'stopped' | 'never-healthy' | 'crashed' | 'out-of-memory' | 'sick';

/** How an instance ended by itself, as its driver tells it. */
interface Exit {
  readonly reason: string;
  readonly isOutOfMemory?: boolean;
}

export function endOf({ isOutOfMemory }: Exit): InstanceEnd {
  return isOutOfMemory ? 'out-of-memory' : 'crashed';
}

/** One sentence or two for users; an instance type is the limit of the memory that its instances may use. */
export function describeExit({ reason, isOutOfMemory }: Exit, instanceType: string | undefined): string {
  if (!isOutOfMemory) return reason;
  const limit = instanceType === undefined ? 'it may have' : `an instance of type ${instanceType} may have`;
  return `It ran out of memory: it used more than ${limit}. ${reason}`;
}

/** In SageMaker's own words, which tools look for, and how the container ended where it did not live to be given up. */
export function describeNeverHealthy(variantName: string, exit?: Exit, instanceType?: string): string {
  const text =
    `The primary container for production variant ${variantName} did not pass the ping health check. ` +
    'Please check CloudWatch logs for this endpoint.';
  return exit ? `${text} It ended before it was healthy. ${describeExit(exit, instanceType)}` : text;
}

const ANSWERED: Readonly<Record<PingAnswer, string>> = {
  healthy: 'it was healthy',
  unhealthy: 'it answered with another status than 200',
  silent: 'it did not answer in time though it had nothing to do',
  unreachable: 'it took no connection',
};

/** Why an instance in service was replaced; `answer` is what came of its last ping. */
export function describeSick(variantName: string, answer: PingAnswer, servedMs: number): string {
  return (
    `An instance of production variant ${variantName} stopped passing the ping health check, ${duration(servedMs)} ` +
    `after it came into service: ${ANSWERED[answer]}.`
  );
}

/** `FailureReason` of DescribeEndpoint holds at most this much. */
export const MAX_FAILURE_REASON_LENGTH = 1_024;

const OUTPUT_HEAD = '\nThe last lines of its output:';

/** A reason with as many of the last lines of the container's output below it as there is room for in a FailureReason. */
export function withOutput(reason: string, lines: readonly string[]): string {
  let room = MAX_FAILURE_REASON_LENGTH - reason.length - OUTPUT_HEAD.length;
  const shown: string[] = [];
  for (const line of lines
    .map(printable)
    .filter((text) => text !== '')
    .toReversed()) {
    if (room <= 1) break;
    // Of a line that is too long the beginning says most; no other fits beside it.
    shown.unshift(`\n${line.slice(0, room - 1)}`);
    room -= line.length + 1;
  }
  return shown.length === 0 ? reason.slice(0, MAX_FAILURE_REASON_LENGTH) : reason + OUTPUT_HEAD + shown.join('');
}

/** The reason alone, for where it is told in one line. */
export function withoutOutput(told: string): string {
  const [reason = ''] = told.split(OUTPUT_HEAD, 1);
  return reason;
}

/** Colours and other control characters mean nothing outside a terminal. */
function printable(line: string): string {
  return line
    .replaceAll(/\p{Cc}\[[\d;]*[A-Za-z]/gu, '')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trimEnd();
}
