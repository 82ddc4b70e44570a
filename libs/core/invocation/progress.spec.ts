import { expect, test } from 'vitest';
import {
  MAX_KEPT_REPORTS,
  MAX_KEPT_REPORT_BYTES,
  MAX_PARTIAL_BYTES,
  type NumberedReport,
  type ProgressReport,
  nextReportNumber,
  reportBytes,
  withReport,
} from './progress.js';

const PART: ProgressReport = { kind: 'partial', contentType: 'text/plain', content: new Uint8Array(MAX_PARTIAL_BYTES) };
const reported = (number: number, report: ProgressReport): NumberedReport => ({
  number,
  at: number,
  attempt: 1,
  bytes: reportBytes(report),
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

test('the oldest reports are dropped when there are too many', () => {
  const numbers = numbersAfter(MAX_KEPT_REPORTS + 5, { kind: 'progress' });
  expect(numbers).toHaveLength(MAX_KEPT_REPORTS);
  expect(numbers[0]).toBe(6);
});

test('the oldest reports are dropped when partial results are too large together', () => {
  expect(numbersAfter(6, PART)).toEqual([4, 5, 6]);
});

test('the oldest reports are dropped when their data is too large together', () => {
  const data = 'x'.repeat(10_000);
  const kept = numbersAfter(100, { kind: 'progress', data });
  expect(kept.length).toBe(Math.floor(MAX_KEPT_REPORT_BYTES / reportBytes({ kind: 'progress', data })));
  expect(kept.at(-1)).toBe(100);
});

test('numbers grow, within a millisecond and after all reports were forgotten', () => {
  const first = { ...reported(nextReportNumber(undefined, 5_000), { kind: 'progress' as const }), at: 5_000 };
  const second = nextReportNumber(first, 5_000);
  expect(second).toBeGreaterThan(first.number);
  expect(nextReportNumber(undefined, 6_000)).toBeGreaterThan(second);
});
