import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { Health, type HealthReport } from './health';

/** The method that replies of Express and Fastify share. */
type Reply = { status(code: number): unknown };

/** The probes of orchestrators: `live` fails when the process must be restarted, `ready` when it must get no traffic. */
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
