import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { Controller } from '@nestjs/common';
import { issueUploadTicket, takeUpload } from '../../../libs/engine/invocation/upload-ticket.js';
import { World } from '../../../libs/engine/world.js';
import { Config } from '../../../libs/host/config.js';
import { iso } from '../../../libs/wire/rest/fields.js';
import type { Document } from '../../../libs/wire/rest/route.js';
import { CREATE_UPLOAD, PUT_UPLOAD } from '../../../libs/wire/rest/invocation/upload-routes.js';
import { Asked } from './asked.js';
import { Serves } from './serves.js';
import { streamedBody } from './streamed-body.js';

/** Takes uploads of inputs before they are submitted. */
@Controller()
export class UploadsController {
  constructor(
    private readonly world: World,
    private readonly config: Config,
  ) {}

  @Serves(CREATE_UPLOAD)
  async create(@Asked() asked: Asked<typeof CREATE_UPLOAD>): Promise<Document<typeof CREATE_UPLOAD, 201>> {
    const { body, gone, parameters, raw } = asked;
    const { contentType } = body;
    const ticket = await issueUploadTicket(this.world, { endpointName: parameters.name, contentType }, gone);
    const { expiresAt, inputLocation, way } = ticket;
    return {
      inputLocation,
      uploadUrl: 'address' in way ? way.address : `${this.addressFor(raw)}/v1/uploads/${way.token}`,
      method: 'PUT',
      headers: contentType === undefined ? {} : { 'content-type': contentType },
      expiresAt: iso(expiresAt),
    };
  }

  @Serves(PUT_UPLOAD)
  async put(@Asked() { gone, headers, parameters, raw, reply }: Asked<typeof PUT_UPLOAD>): Promise<void> {
    const upload = { token: parameters.token, input: streamedBody(raw), contentType: headers['content-type'] };
    const { etag } = await takeUpload(this.world, upload, gone);
    reply.header('etag', `"${etag}"`);
  }

  /** Returns Ebb's public URL; by default the address at which this caller reached Ebb. */
  private addressFor({ headers, socket }: IncomingMessage): string {
    const scheme = (socket as TLSSocket).encrypted === true ? 'https' : 'http';
    return this.config.listening.publicUrl?.replace(/\/$/, '') ?? `${scheme}://${headers.host}`;
  }
}
