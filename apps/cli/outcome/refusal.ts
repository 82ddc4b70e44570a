import { type Exit, exitOfStatus } from './exit-code.js';
import { Failure } from './failure.js';
import type { ProblemDocument } from './problem-document.js';

/** What to do about a refusal, by its code. */
const ADVICE: Readonly<Record<string, string>> = {
  Unauthenticated: 'Give an access key: set EBB_TOKEN or EBB_TOKEN_FILE, or run `ebb login`.',
  AccessDenied: 'Use a key with another role or scope; `ebb doctor` says which one is used now.',
  EndpointNotFound: '`ebb endpoints` lists those that there are.',
  InvocationNotFound: '`ebb ls` lists those that there are.',
  AccessKeyNotFound: '`ebb keys ls` lists those that there are.',
  EndpointNotReady: '`ebb why ENDPOINT` says where it stands.',
  AlreadyExists: '`ebb endpoints` lists what there is; `ebb deploy --name` takes another name.',
  ChangeInProgress: 'Try again when the change is done; `ebb why ENDPOINT` says where it stands.',
  IdempotencyConflict: 'Send what was sent with this key before, or take another key.',
  InvocationFailed: '`ebb status ID` says how it ended; `ebb redrive ID` runs it again.',
  InvocationSettled: '`ebb status ID` says how it ended; `ebb redrive ID` runs a failed one again.',
  InvocationNotSettled: '`ebb status ID` says where it stands.',
  IntakePaused: '`ebb scale ENDPOINT --resume` lets it take work again.',
  ImageNotFound: 'Start Ebb with the folder that the image is in: `ebb up --images FOLDER`.',
  StorageFull: 'Make room on the disk that holds the data directory; `ebb doctor` says how much is left.',
  InternalFailure: 'The request id is in the log of Ebb.',
  UnknownOperation: 'This Ebb may be older than the command line: compare `ebb --version`.',
};

/** The failure that a refusal comes to. `retryAfterSeconds` is when it may be tried again. */
export function failureOf(problem: ProblemDocument, retryAfterSeconds?: number): Failure {
  // Of what failed at the model, nothing is wrong with the command.
  const exit: Exit = problem.code === 'InvocationFailed' ? 'failed' : exitOfStatus(problem.status);
  const advice = (problem.code && ADVICE[problem.code]) ?? later(exit, retryAfterSeconds);
  return new Failure(exit, problem.detail, { advice, problem, retryAfterSeconds });
}

function later(exit: Exit, seconds: number | undefined): string | undefined {
  if (exit !== 'later') return undefined;
  return seconds === undefined ? 'Try again later.' : `Try again in ${seconds} s.`;
}
