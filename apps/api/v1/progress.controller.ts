import { Controller } from '@nestjs/common';
import { MAX_PARTIAL_BYTES } from '../../../libs/core/invocation/progress.js';
import { ProgressBook } from '../../../libs/engine/invocation/progress-book.js';
import { REPORT_PARTIAL, REPORT_PROGRESS } from '../../../libs/wire/rest/invocation/progress-routes.js';
import { readBody } from '../read-body.js';
import { Asked } from './asked.js';
import { Serves } from './serves.js';

/** Takes the progress and partial output that containers report, at the address that each attempt was given. */
@Controller()
export class ProgressController {
  constructor(private readonly book: ProgressBook) {}

  @Serves(REPORT_PROGRESS)
  async progress(@Asked() { body, gone, parameters }: Asked<typeof REPORT_PROGRESS>): Promise<void> {
    await this.book.report(parameters.token, { kind: 'progress', ...body }, gone);
  }

  @Serves(REPORT_PARTIAL)
  async partial(@Asked() { gone, headers, parameters, raw }: Asked<typeof REPORT_PARTIAL>): Promise<void> {
    const content = await readBody(raw, MAX_PARTIAL_BYTES);
    const contentType = headers['content-type'] ?? 'application/octet-stream';
    await this.book.report(parameters.token, { kind: 'partial', contentType, content }, gone);
  }
}
