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

/** A report as it is kept. Numbers count up over all attempts at an invocation. */
export interface NumberedReport {
  readonly number: number;
  readonly at: number;
  readonly attempt: number;
  readonly report: ProgressReport;
}

/** So many reports of one invocation are kept; whoever follows more slowly misses the oldest. */
export const MAX_KEPT_REPORTS = 256;
/** Of one invocation, all partial results together. */
export const MAX_KEPT_PARTIAL_BYTES = 1_048_576;
export const MAX_PARTIAL_BYTES = 262_144;

/** The reports with one more, and without those that there is no room for any more. */
export function withReport(reports: readonly NumberedReport[], next: NumberedReport): NumberedReport[] {
  const kept = [...reports.slice(-(MAX_KEPT_REPORTS - 1)), next];
  let bytes = 0;
  let first = kept.length;
  while (first > 0 && bytes <= MAX_KEPT_PARTIAL_BYTES) {
    first -= 1;
    const { report } = kept[first]!;
    bytes += report.kind === 'partial' ? report.content.length : 0;
  }
  return bytes > MAX_KEPT_PARTIAL_BYTES ? kept.slice(first + 1) : kept;
}
