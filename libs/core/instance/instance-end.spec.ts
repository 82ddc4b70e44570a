import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeExit, describeNeverHealthy, describeSick, endOf, withOutput, withoutOutput } from './instance-end.js';

const EXIT = { reason: 'The container ended with exit code 137.' };
const HEALTH_CHECK =
  'The primary container for production variant main did not pass the ping health check. ' +
  'Please check CloudWatch logs for this endpoint.';

test('an end for lack of memory is distinguished from a crash', () => {
  expect([endOf(EXIT), endOf({ ...EXIT, isOutOfMemory: true })]).toEqual(['crashed', 'out-of-memory']);
  expect(describeExit(EXIT, 'ml.t2.medium')).toBe(EXIT.reason);
  expect(describeExit({ ...EXIT, isOutOfMemory: true }, 'ml.t2.medium')).toBe(
    `It ran out of memory: it used more than an instance of type ml.t2.medium may have. ${EXIT.reason}`,
  );
  expect(describeExit({ ...EXIT, isOutOfMemory: true }, undefined)).toContain('more than it may have');
});

test('a failed start is described in the words that tools look for, with how it failed', () => {
  expect(describeNeverHealthy('main')).toBe(HEALTH_CHECK);
  expect(describeNeverHealthy('main', EXIT)).toBe(`${HEALTH_CHECK} It ended before it was healthy. ${EXIT.reason}`);
});

test('a sick instance is described with the result of its last ping', () => {
  expect(describeSick('main', 'unhealthy', 30_000)).toBe(
    'An instance of production variant main stopped passing the ping health check, 30 s after it came into service: ' +
      'it answered with a status other than 200.',
  );
});

describe('a reason with the last lines of the output', () => {
  test('has all of them if there is room, and is unchanged if there are none', () => {
    expect(withOutput('Why.', ['one', '', 'two'])).toBe('Why.\nThe last lines of its output:\none\ntwo');
    expect(withOutput('Why.', [])).toBe('Why.');
    expect(withoutOutput(withOutput('Why,\nand why.', ['one']))).toBe('Why,\nand why.');
  });

  test('has the very last ones if there is not room for all', () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index} ${'.'.repeat(80)}`);
    const told = withOutput('Why.', lines).split('\n');
    expect(told.at(-1)).toBe(lines.at(-1));
    expect(told).not.toContain(lines[0]);
  });

  test('has the beginning of a line that is too long', () => {
    expect(withOutput('Why.', [`Error: ${'x'.repeat(5_000)}`])).toContain('\nError: xxx');
  });

  test('has no control characters', () => {
    expect(withOutput('Why.', ['\u001b[31mred\u001b[0m\tand\u0007loud'])).toBe(
      'Why.\nThe last lines of its output:\nred and loud',
    );
  });

  test('is never longer than DescribeEndpoint allows', () => {
    const texts = fc.string({ maxLength: 1_500 });
    fc.assert(
      fc.property(texts, fc.array(texts, { maxLength: 20 }), (reason, lines) => {
        expect(withOutput(reason, lines).length).toBeLessThanOrEqual(1_024);
      }),
    );
  });
});
