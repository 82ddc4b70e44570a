import { EbbError } from '../../core/errors.js';
import {
  type NumberedReport,
  type ProgressReport,
  nextReportNumber,
  reportBytes,
  withReport,
} from '../../core/invocation/progress.js';
import type { World } from '../world.js';
import { readProgressToken } from './progress-token.js';

/** How long an invocation's reports are kept after its last one. */
const KEPT_MS = 10 * 60_000;
/**
 * The most invocations whose reports are kept, and the most bytes of all reports together. The invocations with the
 * oldest last report go first.
 */
const MAX_INVOCATIONS = 10_000;
const MAX_BYTES = 64 * 1_048_576;
/** The most reports a second that are accepted for one invocation; further ones are refused. */
const MAX_REPORTS_PER_SECOND = 50;

interface Entry {
  readonly reports: readonly NumberedReport[];
  readonly lastAt: number;
  readonly second: number;
  readonly countInSecond: number;
}

/**
 * The reports of containers about the invocations that they run. They are kept in memory for a while, for clients that
 * ask.
 */
export class ProgressBook {
  /** By invocation, in the order of the last reports. */
  private readonly entries = new Map<string, Entry>();
  private bytes = 0;

  constructor(private readonly world: Pick<World, 'clock' | 'invocations' | 'secrets' | 'signals'>) {}

  /**
   * Accepts a report with the token of an attempt. Raises `AccessDenied` for an invalid token and if the attempt no
   * longer runs, and `TooManyRequests` beyond 50 reports a second.
   */
  async report(token: string, report: ProgressReport, signal?: AbortSignal): Promise<void> {
    const { clock, invocations, secrets, signals } = this.world;
    const { id, attempt } = readProgressToken(secrets, token);
    const invocation = await invocations.find(id, signal);
    if (invocation?.state !== 'Running' || invocation.attempt !== attempt) {
      throw new EbbError('AccessDenied', 'The attempt that this address belongs to does not run any more.');
    }
    const now = clock.now();
    const before = this.entries.get(id) ?? { reports: [], lastAt: now, second: 0, countInSecond: 0 };
    const second = Math.floor(now / 1000);
    const countInSecond = before.second === second ? before.countInSecond + 1 : 1;
    if (countInSecond > MAX_REPORTS_PER_SECOND) {
      throw new EbbError('TooManyRequests', `At most ${MAX_REPORTS_PER_SECOND} reports a second are taken.`);
    }
    const number = nextReportNumber(before.reports.at(-1), now);
    const reports = withReport(before.reports, { number, at: now, attempt, bytes: reportBytes(report), report });
    this.forget(id);
    this.keep(id, { reports, lastAt: now, second, countInSecond });
    this.forgetOld(now);
    signals.notify({ kind: 'invocation', invocationId: id });
  }

  /** Returns the reports after the report of this number. */
  since(invocationId: string, number = 0): readonly NumberedReport[] {
    return (this.entries.get(invocationId)?.reports ?? []).filter((report) => report.number > number);
  }

  private keep(id: string, entry: Entry): void {
    this.entries.set(id, entry);
    this.bytes += bytesOf(entry);
  }

  private forget(id: string): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    this.entries.delete(id);
    this.bytes -= bytesOf(entry);
  }

  private forgetOld(now: number): void {
    for (const [id, { lastAt }] of this.entries) {
      const isRoom = this.entries.size <= MAX_INVOCATIONS && this.bytes <= MAX_BYTES;
      if (isRoom && now - lastAt < KEPT_MS) return;
      this.forget(id);
    }
  }
}

function bytesOf({ reports }: Entry): number {
  return reports.reduce((sum, { bytes }) => sum + bytes, 0);
}
