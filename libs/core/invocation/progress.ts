/** A container's report on its work on an invocation. */
export type ProgressReport =
  | {
      readonly kind: 'progress';
      /** 0 to 1. */
      readonly progress?: number;
      readonly message?: string;
      /** Any JSON value. */
      readonly data?: unknown;
    }
  /** A part of the result. */
  | { readonly kind: 'partial'; readonly contentType: string; readonly content: Uint8Array };

/** A report, as it is kept. */
export interface NumberedReport {
  /** Grows over all attempts at an invocation, and over restarts of Ebb. */
  readonly number: number;
  readonly at: number;
  readonly attempt: number;
  /** About how much memory the report takes. */
  readonly bytes: number;
  readonly report: ProgressReport;
}

/** The most reports that are kept of one invocation; a slower reader misses the oldest. */
export const MAX_KEPT_REPORTS = 256;
/** The most bytes that the kept reports of one invocation take together. */
export const MAX_KEPT_REPORT_BYTES = 1_048_576;
export const MAX_PARTIAL_BYTES = 262_144;

/** The memory that a report takes besides its content. */
const BARE_REPORT_BYTES = 256;

/** Returns about how much memory a report takes. */
export function reportBytes(report: ProgressReport): number {
  if (report.kind === 'partial') return BARE_REPORT_BYTES + report.content.length;
  const { data, message = '' } = report;
  return BARE_REPORT_BYTES + 2 * (message.length + (data === undefined ? 0 : JSON.stringify(data).length));
}

/**
 * Returns the number of a report that comes at `now` after `last`. The number is also a time, so it is higher than any
 * number from before the reports were forgotten, and a reader that goes on from such a number misses nothing.
 */
export function nextReportNumber(last: NumberedReport | undefined, now: number): number {
  return Math.max((last?.number ?? 0) + 1, now);
}

/** Returns the reports with one more, without the oldest ones that exceed the limits. */
export function withReport(reports: readonly NumberedReport[], next: NumberedReport): NumberedReport[] {
  const kept = [...reports.slice(-(MAX_KEPT_REPORTS - 1)), next];
  let bytes = 0;
  const firstBeyond = kept.findLastIndex((report) => (bytes += report.bytes) > MAX_KEPT_REPORT_BYTES);
  return kept.slice(firstBeyond + 1);
}
