import { Controller, Get } from '@nestjs/common';
import { Needs } from './v1/access.guard.js';

/** Tells load balancers and start scripts that the process answers. */
@Controller('health')
@Needs('anyone')
export class HealthController {
  @Get()
  health(): { status: 'ok' } {
    return { status: 'ok' };
  }
}
