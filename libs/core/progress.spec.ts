import { expect, test } from 'vitest';
import {
  MAX_KEPT_REPORTS,
  MAX_PARTIAL_BYTES,
  type NumberedReport,
  type ProgressReport,
  withReport,
} from './progress.js';

const PART: ProgressReport = { kind: 'partial', contentType: 'text/plain', content: new Uint8Array(MAX_PARTIAL_BYTES) };
const reported = (number: number, report: ProgressReport): NumberedReport => ({
  number,
  at: number,
  attempt: 1,
  report,
});

function numbersAfter(count: number, report: ProgressReport): number[] {
  let kept: NumberedReport[] = [];
  for (let number = 1; number <= count; number++) kept = withReport(kept, reported(number, report));
  return kept.map(({ number }) => number);
}

test('reports are kept in their order', () => {
  expect(numbersAfter(3, { kind: 'progress', progress: 0.5 })).toEqual([1, 2, 3]);
});

test('the oldest go when there are too many', () => {
  const numbers = numbersAfter(MAX_KEPT_REPORTS + 5, { kind: 'progress' });
  expect(numbers).toHaveLength(MAX_KEPT_REPORTS);
  expect(numbers[0]).toBe(6);
});

test('the oldest go when partial results are too large together', () => {
  expect(numbersAfter(6, PART)).toEqual([3, 4, 5, 6]);
});
