import type { Exit } from './exit-code.js';
import type { ProblemDocument } from './problem-document.js';

interface FailureDetails {
  readonly advice?: string;
  readonly cause?: unknown;
  readonly problem?: ProblemDocument;
  readonly retryAfterSeconds?: number;
}

/** Why a command did not do what it was asked for, in a sentence for the person; `advice` says what to do about it. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly advice: string | undefined;
  /** What Ebb answered, where it did. */
  readonly problem: ProblemDocument | undefined;
  /** When Ebb wants to be asked again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly exit: Exit,
    message: string,
    { advice, cause, problem, retryAfterSeconds }: FailureDetails = {},
  ) {
    super(message, { cause });
    this.advice = advice;
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The command line cannot be meant as it stands. */
export function misuse(message: string, advice?: string): Failure {
  return new Failure('usage', message, { advice });
}
