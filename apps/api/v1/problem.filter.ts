import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { EbbError } from '../../../libs/core/errors.js';
import { Log } from '../../../libs/engine/log.js';
import { PROBLEM_CONTENT_TYPE, type Problem, problemOf } from '../../../libs/wire/rest/problem.js';
import type { FrameworkReply, FrameworkRequest } from './asked.js';
import { CallerGone } from './caller-gone.js';

/** How long a client waits before it tries again after a temporary refusal. */
const RETRY_AFTER_SECONDS = 5;

/** Answers every error of Ebb's own routes as a problem document, and logs errors that are Ebb's own failure. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FrameworkRequest>();
    const reply = host.switchToHttp().getResponse<FrameworkReply>();
    const problem = problemOf(inOwnTerms(error), request.id);
    if (problem.code === 'InternalFailure' && !(error instanceof CallerGone)) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.log.error('A request failed', { requestId: request.id, reason });
    }
    // A caller that has gone, or that has received a part of the answer, cannot be told of the error.
    if (reply.raw.headersSent || reply.raw.destroyed) {
      reply.raw.destroy();
      return;
    }
    if (!request.raw.complete) request.raw.resume();
    sendProblem(reply, problem);
  }
}

/** Answers a refused request with its problem document. */
export function sendProblem(reply: FrameworkReply, problem: Problem): void {
  reply.status(problem.status).header('content-type', PROBLEM_CONTENT_TYPE).header('cache-control', 'no-store');
  const isPassing = problem.status === 503 || problem.status === 429;
  // The rate limit has set a more exact time.
  if (isPassing && !('retry-after' in reply.getHeaders())) reply.header('retry-after', String(RETRY_AFTER_SECONDS));
  // Sent as bytes, because text would get a parameter `charset`, which the content type does not have.
  reply.send(Buffer.from(JSON.stringify(problem)));
}

/** Refuses a request that the framework cannot route: its path is too long, or not percent-encoded correctly. */
export function refuseUnreadable(error: Error, { id }: Pick<FrameworkRequest, 'id'>, reply: FrameworkReply): void {
  reply.header('ebb-request-id', id);
  sendProblem(reply, problemOf(new EbbError('InvalidRequest', `path: ${error.message}`, { cause: error }), id));
}

/**
 * Turns the framework's refusals into Ebb's errors. It refuses only requests without a route or that it cannot read.
 */
function inOwnTerms(error: unknown): unknown {
  if (!(error instanceof HttpException)) return error;
  const status = error.getStatus();
  if (status === 404) return new EbbError('UnknownOperation', `${error.message}.`, { cause: error });
  if (status === 415)
    return new EbbError('UnsupportedContentType', `header.content-type: ${error.message}`, { cause: error });
  return status < 500 ? new EbbError('InvalidRequest', error.message, { cause: error }) : error;
}
