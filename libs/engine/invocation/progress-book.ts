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

/** How long reports are kept after the last one. */
const KEPT_MS = 10 * 60_000;
/** Of so many invocations at most, and so much together; those that were reported of longest ago go first. */
const MAX_INVOCATIONS = 10_000;
const MAX_BYTES = 64 * 1_048_576;
/** A container may report so often of one invocation; what comes more often is refused. */
const MAX_REPORTS_PER_SECOND = 50;

interface Entry {
  readonly reports: readonly NumberedReport[];
  readonly lastAt: number;
  readonly second: number;
  readonly countInSecond: number;
}

/** What containers tell of the invocations that they work on, kept in memory while somebody may want to know. */
export class ProgressBook {
  /** The last reported of is the last. */
  private readonly entries = new Map<string, Entry>();
  private bytes = 0;

  constructor(private readonly world: Pick<World, 'clock' | 'invocations' | 'secrets' | 'signals'>) {}

  /**
   * Takes a report from whoever has the token of an attempt. Raises `AccessDenied` for a token that is none, and where the
   * attempt does not run any more; `TooManyRequests` beyond fifty reports a second.
   */
  async report(token: string, report: ProgressReport, signal?: AbortSignal): Promise<void> {
    const { clock, invocations, secrets, signals } = this.world;
    const { id, attempt } = readProgressToken(secrets, token);
    const invocation = await invocations.find(id, signal);
    if (invocation?.state !== 'Running' || invocation.attempt !== attempt) {
      throw new EbbError('AccessDenied', 'The attempt that this address was made for does not run any more.');
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

  /** What was reported after the report of this number. */
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
