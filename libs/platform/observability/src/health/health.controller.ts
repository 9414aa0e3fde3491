import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { Health, type HealthReport } from './health';

/** As Express and Fastify both have it. */
type Reply = { status(code: number): unknown };

/** What orchestrators ask: `live`, is it worth keeping; `ready`, may it get traffic. */
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
