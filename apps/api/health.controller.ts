import { Controller, Get } from '@nestjs/common';

/** Whether the process answers: for load balancers and start scripts. */
@Controller('health')
export class HealthController {
  @Get()
  health(): { status: 'ok' } {
    return { status: 'ok' };
  }
}
