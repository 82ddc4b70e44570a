import type { IncomingMessage } from 'node:http';
import { Controller } from '@nestjs/common';
import { EbbError } from '../../../libs/core/errors.js';
import { type Invocation, isSettled } from '../../../libs/core/invocation/invocation.js';
import type { Submission } from '../../../libs/core/invocation/submission.js';
import { parseObjectLocation } from '../../../libs/core/object-location.js';
import { estimateStart } from '../../../libs/engine/situation/estimate-start.js';
import { InstanceStatus } from '../../../libs/engine/instance/instance-view.js';
import { InvocationWatch } from '../../../libs/engine/invocation/invocation-watch.js';
import { QuotaGate } from '../../../libs/engine/access/quota-gate.js';
import { submitForCaller } from '../../../libs/engine/invocation/submit-for-caller.js';
import { World } from '../../../libs/engine/world.js';
import { urlOf } from '../../../libs/wire/rest/invocation/invocation-document.js';
import type { Document } from '../../../libs/wire/rest/route.js';
import { SUBMIT_INVOCATION, formatAccepted, submissionOf } from '../../../libs/wire/rest/invocation/submit-routes.js';
import { Asked, type FrameworkReply } from './asked.js';
import { sendObject } from './send-object.js';
import { Serves } from './serves.js';
import { streamedBody } from './streamed-body.js';

/** Submits one invocation, whose input is read as it arrives. */
@Controller()
export class SubmissionsController {
  constructor(
    private readonly world: World,
    private readonly instances: InstanceStatus,
    private readonly watch: InvocationWatch,
    private readonly quotas: QuotaGate,
  ) {}

  @Serves(SUBMIT_INVOCATION)
  async submit(
    @Asked() asked: Asked<typeof SUBMIT_INVOCATION>,
  ): Promise<Document<typeof SUBMIT_INVOCATION, 202> | undefined> {
    const { gone, headers, reply } = asked;
    const invocation = await this.accept(asked);
    reply.header('location', urlOf(invocation));
    if (headers.prefer !== undefined && (await this.answerInTime(invocation, headers.prefer, reply, gone))) {
      return undefined;
    }
    return formatAccepted(invocation, await estimateStart(this.world, this.instances, invocation));
  }

  private async accept(asked: Asked<typeof SUBMIT_INVOCATION>): Promise<Invocation> {
    const { caller, gone, headers, parameters, raw, reply } = asked;
    const submission = {
      ...submissionOf(headers),
      endpointName: parameters.name,
      input: inputOf(raw, headers['input-location']),
    };
    const { invocation, isRepeat } = await submitForCaller(this.world, this.quotas, { caller, submission }, gone);
    if (isRepeat) reply.header('idempotent-replayed', 'true');
    return invocation;
  }

  /**
   * Answers with the output if the invocation completes within `seconds`, and returns whether it did. Raises
   * `InvocationFailed` if it settles without an output.
   */
  private async answerInTime(
    { id }: Invocation,
    seconds: number,
    reply: FrameworkReply,
    gone: AbortSignal,
  ): Promise<boolean> {
    const invocation = await this.watch.settled(id, seconds * 1000, gone);
    if (!invocation || !isSettled(invocation.state)) return false;
    const { failureReason, outputLocation, state } = invocation;
    if (state !== 'Completed') {
      throw new EbbError(
        'InvocationFailed',
        `The invocation ${id} is ${state}: ${failureReason ?? 'no reason is known'}`,
      );
    }
    const output = await this.world.objects.get(parseObjectLocation(outputLocation), undefined, gone);
    await sendObject(reply, output, 200, { 'ebb-invocation-id': id, 'preference-applied': `wait=${seconds}` });
    return true;
  }
}

/** Returns the input, which is either the body or the location. Raises `InvalidRequest` for both or neither. */
function inputOf(raw: IncomingMessage, location: string | undefined): Submission['input'] {
  const length = raw.headers['content-length'];
  const hasBody = raw.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
  if (location !== undefined && hasBody) {
    throw new EbbError('InvalidRequest', 'header.input-location: must be absent where the body is the input');
  }
  if (location !== undefined) return { location };
  if (!hasBody) throw new EbbError('InvalidRequest', 'body: must be the input, or Input-Location must say where it is');
  return streamedBody(raw);
}
