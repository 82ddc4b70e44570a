import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { EbbError } from '../../../libs/core/errors.js';
import { Log } from '../../../libs/engine/log.js';
import { PROBLEM_CONTENT_TYPE, type Problem, problemOf } from '../../../libs/wire/rest/problem.js';
import type { FrameworkReply, FrameworkRequest } from './asked.js';
import { CallerGone } from './caller-gone.js';

/** When whoever was refused for the time being may try again. */
const RETRY_AFTER_SECONDS = 5;

/** Answers every error of Ebb's own routes as a problem document, and logs those that are Ebb's failure. */
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
    // Whoever has gone, or has been sent a part of the answer, can be told nothing any more.
    if (reply.raw.headersSent || reply.raw.destroyed) {
      reply.raw.destroy();
      return;
    }
    if (!request.raw.complete) request.raw.resume();
    sendProblem(reply, problem);
  }
}

/** The whole answer to a request that is refused. */
export function sendProblem(reply: FrameworkReply, problem: Problem): void {
  reply.status(problem.status).header('content-type', PROBLEM_CONTENT_TYPE).header('cache-control', 'no-store');
  const isPassing = problem.status === 503 || problem.status === 429;
  // Whoever counts requests knows better.
  if (isPassing && !('retry-after' in reply.getHeaders())) reply.header('retry-after', String(RETRY_AFTER_SECONDS));
  // As text it would get a parameter `charset`, which the content type does not have.
  reply.send(Buffer.from(JSON.stringify(problem)));
}

/** Refuses what the framework cannot even route: a path that is not percent-encoded as it should be, or too long. */
export function refuseUnreadable(error: Error, { id }: Pick<FrameworkRequest, 'id'>, reply: FrameworkReply): void {
  reply.header('ebb-request-id', id);
  sendProblem(reply, problemOf(new EbbError('InvalidRequest', `path: ${error.message}`, { cause: error }), id));
}

/** The framework itself refuses only what has no route, or what it cannot read. */
function inOwnTerms(error: unknown): unknown {
  if (!(error instanceof HttpException)) return error;
  const status = error.getStatus();
  if (status === 404) return new EbbError('UnknownOperation', `${error.message}.`, { cause: error });
  if (status === 415)
    return new EbbError('UnsupportedContentType', `header.content-type: ${error.message}`, { cause: error });
  return status < 500 ? new EbbError('InvalidRequest', error.message, { cause: error }) : error;
}
