import { Controller, Get } from '@nestjs/common';
import { Needs } from './v1/access.guard.js';

/** Whether the process answers: for load balancers and start scripts. */
@Controller('health')
@Needs('anyone')
export class HealthController {
  @Get()
  health(): { status: 'ok' } {
    return { status: 'ok' };
  }
}
