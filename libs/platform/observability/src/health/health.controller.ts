import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { Health, type HealthReport } from './health';

/** The reply's method that Express and Fastify share. */
type Reply = { status(code: number): unknown };

/** For orchestrators: a service that is not `live` is restarted, one that is not `ready` gets no traffic. */
@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  @Get('live')
  live() {
    return { status: 'alive' };
  }

  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: Reply): Promise<HealthReport> {
    const report = await this.health.report();
    if (report.status === 'unready') reply.status(HttpStatus.SERVICE_UNAVAILABLE);
    return report;
  }
}
