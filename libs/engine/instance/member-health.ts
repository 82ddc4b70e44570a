import { PROVED_AFTER_MS, type PingAnswer } from '../../core/instance/instance.js';
import { badAnswersAfter, isSick } from '../../core/instance/liveness.js';

/** What pings and answers have shown of one instance: whether it is well, and whether its launch was a success. */
export class MemberHealth {
  private badAnswers = 0;
  private hasDoneWork = false;
  private hasStayed = false;
  /** Since when it has been in service without a pause. */
  private servesSince = Infinity;

  /** Whether no bad answer of its pings stands against it. */
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

  /** Whether its launch was a success in the end: it has done some work, or at least stayed and been well. */
  get hasProvedItself(): boolean {
    return this.hasDoneWork || this.hasStayed;
  }

  /** It is in service from now on. What its pings came to before is over. */
  serveFrom(now: number): void {
    this.badAnswers = 0;
    this.servesSince = now;
  }

  /** One more ping was answered; `wasIdle` tells whether it had nothing to do all the while. */
  notePing(answer: PingAnswer, wasIdle: boolean): void {
    this.badAnswers = badAnswersAfter(this.badAnswers, answer, wasIdle);
  }

  /** Its model has answered an invocation. */
  noteAnswer(): void {
    this.hasDoneWork = true;
  }

  /** It is still there, having passed a ping or worked through one: enough of a proof when it has been there for a while. */
  stayedUntil(now: number): void {
    this.hasStayed ||= this.isWell && now - this.servesSince >= PROVED_AFTER_MS;
  }
}
