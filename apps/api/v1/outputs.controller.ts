import { Controller } from '@nestjs/common';
import { EbbError } from '../../../libs/core/errors.js';
import { type Invocation, isSettled } from '../../../libs/core/invocation/invocation.js';
import { parseObjectLocation } from '../../../libs/core/object-location.js';
import type { ByteRange } from '../../../libs/core/ports/objects.js';
import { findFollowed } from '../../../libs/engine/invocation/find-followed.js';
import { World } from '../../../libs/engine/world.js';
import { GET_FAILURE, GET_INPUT, GET_OUTPUT } from '../../../libs/wire/rest/invocation/output-routes.js';
import { parseRange } from '../../../libs/wire/s3/byte-range.js';
import { S3Error } from '../../../libs/wire/s3/errors.js';
import { Asked } from './asked.js';
import { sendObject } from './send-object.js';
import { Serves } from './serves.js';

const REDIRECT_SECONDS = 3600;

type AskedForObject = Asked<typeof GET_OUTPUT> | Asked<typeof GET_INPUT> | Asked<typeof GET_FAILURE>;

/** Serves the objects of an invocation: its input, its output, and the model's answer if it failed. */
@Controller()
export class OutputsController {
  constructor(private readonly world: World) {}

  @Serves(GET_OUTPUT)
  async output(@Asked() asked: Asked<typeof GET_OUTPUT>): Promise<void> {
    const invocation = await this.find(asked);
    const { failureReason, id, outputLocation, state } = invocation;
    if (!isSettled(state)) throw new EbbError('InvocationNotSettled', `The invocation '${id}' is ${state} yet.`);
    if (state !== 'Completed') {
      throw new EbbError(
        'InvocationFailed',
        `The invocation '${id}' is ${state}: ${failureReason ?? 'no reason is known'}`,
      );
    }
    await this.send(asked, outputLocation);
  }

  @Serves(GET_INPUT)
  async input(@Asked() asked: Asked<typeof GET_INPUT>): Promise<void> {
    await this.send(asked, (await this.find(asked)).inputLocation);
  }

  @Serves(GET_FAILURE)
  async failure(@Asked() asked: Asked<typeof GET_FAILURE>): Promise<void> {
    const { failureLocation, id, state } = await this.find(asked);
    if (!isSettled(state)) throw new EbbError('InvocationNotSettled', `The invocation '${id}' is ${state} yet.`);
    if (state === 'Completed' || failureLocation === undefined) {
      const why = state === 'Completed' ? 'it did not fail' : 'its endpoint has no failure path';
      throw new EbbError('ObjectNotFound', `The invocation '${id}' has no failure object: ${why}.`);
    }
    await this.send(asked, failureLocation);
  }

  private find({ caller, gone, parameters }: AskedForObject): Promise<Invocation> {
    return findFollowed(this.world, caller, parameters.id, gone);
  }

  private async send({ gone, headers, query, reply }: AskedForObject, address: string): Promise<void> {
    const location = parseObjectLocation(address);
    const { objects } = this.world;
    const presigning = { method: 'GET', validSeconds: REDIRECT_SECONDS } as const;
    const url = query.redirect ? await objects.presign(location, presigning, gone) : undefined;
    if (url !== undefined) {
      await objects.head(location, gone);
      reply.hijack();
      reply.raw.writeHead(303, { ...reply.getHeaders(), location: url, 'cache-control': 'no-store' }).end();
      return;
    }
    const range = rangeOf(headers.range);
    const object = await objects.get(location, { range }, gone);
    await sendObject(reply, object, object.range ? 206 : 200);
  }
}

function rangeOf(header: string | undefined): ByteRange | undefined {
  try {
    return parseRange(header);
  } catch (cause) {
    if (!(cause instanceof S3Error)) throw cause;
    throw new EbbError('InvalidRange', `header.range: ${cause.message}`, { cause });
  }
}
