import type { IncomingMessage } from 'node:http';
import { Controller } from '@nestjs/common';
import type { Caller } from '../../../libs/core/access/caller.js';
import { EbbError } from '../../../libs/core/errors.js';
import { QuotaGate } from '../../../libs/engine/access/quota-gate.js';
import { readLines } from '../../../libs/engine/invocation/read-lines.js';
import { type BatchOutcome, submitBatch } from '../../../libs/engine/invocation/submit-batch.js';
import { submitForCaller } from '../../../libs/engine/invocation/submit-for-caller.js';
import { endpointTakingWork } from '../../../libs/engine/invocation/endpoint-taking-work.js';
import { World } from '../../../libs/engine/world.js';
import { readBatchLine } from '../../../libs/wire/rest/invocation/batch-line.js';
import {
  BATCH_LIMITS,
  NDJSON_CONTENT_TYPE,
  SUBMIT_BATCH,
  formatAcceptedLine,
  formatRefusedLine,
} from '../../../libs/wire/rest/invocation/batch-routes.js';
import { problemOf } from '../../../libs/wire/rest/problem.js';
import { Asked } from './asked.js';
import { Serves } from './serves.js';
import { streamedBody } from './streamed-body.js';

/** Submits many invocations in one request, one a line. */
@Controller()
export class BatchesController {
  constructor(
    private readonly world: World,
    private readonly quotas: QuotaGate,
  ) {}

  @Serves(SUBMIT_BATCH)
  async submit(@Asked() { caller, gone, parameters, raw, reply }: Asked<typeof SUBMIT_BATCH>): Promise<undefined> {
    requireLength(raw);
    await endpointTakingWork(this.world, parameters.name, gone);
    const outcomes = this.outcomes(parameters.name, caller, raw, gone);
    const requestId = String(reply.getHeaders()['ebb-request-id']);
    reply.hijack();
    reply.raw.writeHead(200, { ...reply.getHeaders(), 'content-type': NDJSON_CONTENT_TYPE });
    for await (const outcome of outcomes) {
      // Does not wait for the client to read: it may send all lines before it reads an answer. The answers fit in
      // memory.
      reply.raw.write(`${JSON.stringify(this.answerTo(outcome, requestId))}\n`);
    }
    if (!raw.complete) raw.resume();
    reply.raw.end();
  }

  private outcomes(endpointName: string, caller: Caller, raw: IncomingMessage, gone: AbortSignal) {
    return submitBatch(readLines(streamedBody(raw).stream, BATCH_LIMITS), ({ bytes }) => {
      const submission = { ...readBatchLine(bytes), endpointName };
      return submitForCaller(this.world, this.quotas, { caller, submission }, gone);
    });
  }

  private answerTo(outcome: BatchOutcome, requestId: string): object {
    if ('accepted' in outcome) {
      return formatAcceptedLine(outcome.line, outcome.accepted.invocation, outcome.accepted.isRepeat);
    }
    const problem = problemOf(outcome.error, requestId);
    if (problem.code === 'InternalFailure') {
      this.world.log.error('A line of a batch failed', { requestId, reason: String(outcome.error) });
    }
    return formatRefusedLine(outcome.line, problem);
  }
}

/** Raises `BodyTooLarge` before any line is accepted if the stated length is too long. */
function requireLength({ headers }: IncomingMessage): void {
  if (Number(headers['content-length'] ?? 0) <= BATCH_LIMITS.maxBytes) return;
  throw new EbbError('BodyTooLarge', `The lines are longer than ${BATCH_LIMITS.maxBytes} bytes.`);
}
