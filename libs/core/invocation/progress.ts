/** What a container has told of its work on an invocation. */
export type ProgressReport =
  | {
      readonly kind: 'progress';
      /** 0 to 1. */
      readonly progress?: number;
      readonly message?: string;
      /** Anything, as JSON. */
      readonly data?: unknown;
    }
  /** A part of the result. */
  | { readonly kind: 'partial'; readonly contentType: string; readonly content: Uint8Array };

/** A report as it is kept. */
export interface NumberedReport {
  /** Counts up over all attempts at an invocation, and over restarts of Ebb. */
  readonly number: number;
  readonly at: number;
  readonly attempt: number;
  /** About what it takes to keep it. */
  readonly bytes: number;
  readonly report: ProgressReport;
}

/** So many reports of one invocation are kept; whoever follows more slowly misses the oldest. */
export const MAX_KEPT_REPORTS = 256;
/** Of one invocation, all reports together. */
export const MAX_KEPT_REPORT_BYTES = 1_048_576;
export const MAX_PARTIAL_BYTES = 262_144;

/** What every report takes, whatever is in it. */
const BARE_REPORT_BYTES = 256;

export function reportBytes(report: ProgressReport): number {
  if (report.kind === 'partial') return BARE_REPORT_BYTES + report.content.length;
  const { data, message = '' } = report;
  return BARE_REPORT_BYTES + 2 * (message.length + (data === undefined ? 0 : JSON.stringify(data).length));
}

/**
 * The number of a report that comes at `now` after `last`. As it is a time as well, it is higher than any that was given
 * before those reports were forgotten: whoever goes on after such a one misses nothing.
 */
export function nextReportNumber(last: NumberedReport | undefined, now: number): number {
  return Math.max((last?.number ?? 0) + 1, now);
}

/** The reports with one more, and without the oldest, those that there is no room for any more. */
export function withReport(reports: readonly NumberedReport[], next: NumberedReport): NumberedReport[] {
  const kept = [...reports.slice(-(MAX_KEPT_REPORTS - 1)), next];
  let bytes = 0;
  const firstBeyond = kept.findLastIndex((report) => (bytes += report.bytes) > MAX_KEPT_REPORT_BYTES);
  return kept.slice(firstBeyond + 1);
}
