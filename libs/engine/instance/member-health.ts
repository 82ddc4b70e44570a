import { PROVED_AFTER_MS, type PingAnswer } from '../../core/instance/instance.js';
import { badAnswersAfter, isSick } from '../../core/instance/liveness.js';

/** Whether one instance is well, and whether its launch succeeded, as its pings and answers have shown. */
export class MemberHealth {
  private badAnswers = 0;
  private hasDoneWork = false;
  private hasStayed = false;
  /** Since when it has been in service without a pause. */
  private servesSince = Infinity;

  /** Whether no bad ping answer counts against it. */
  get isWell(): boolean {
    return this.badAnswers === 0;
  }

  get isSick(): boolean {
    return isSick(this.badAnswers);
  }

  /** Whether its model has answered any invocation. */
  get hasAnswered(): boolean {
    return this.hasDoneWork;
  }

  /** Whether its launch succeeded: it has done some work, or it has stayed and been well. */
  get hasProvedItself(): boolean {
    return this.hasDoneWork || this.hasStayed;
  }

  /** Notes that it is in service from now on. Earlier ping answers no longer count. */
  serveFrom(now: number): void {
    this.badAnswers = 0;
    this.servesSince = now;
  }

  /** Notes the answer of a ping; `wasIdle` says whether the instance had no work during the ping. */
  notePing(answer: PingAnswer, wasIdle: boolean): void {
    this.badAnswers = badAnswersAfter(this.badAnswers, answer, wasIdle);
  }

  /** Notes that its model has answered an invocation. */
  noteAnswer(): void {
    this.hasDoneWork = true;
  }

  /**
   * Notes that it is still there, because it passed a ping or was at work during one. This proves it after
   * `PROVED_AFTER_MS`.
   */
  stayedUntil(now: number): void {
    this.hasStayed ||= this.isWell && now - this.servesSince >= PROVED_AFTER_MS;
  }
}
