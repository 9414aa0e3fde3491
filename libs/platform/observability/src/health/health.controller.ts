import { Controller, Get, HttpException, HttpStatus } from '@nestjs/common';
import { Health, type HealthReport } from './health';

/** What orchestrators ask: `live`, is it worth keeping; `ready`, may it get traffic. */
@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  @Get('live')
  live() {
    return { status: 'alive' };
  }

  @Get('ready')
  async ready(): Promise<HealthReport> {
    const report = await this.health.report();
    if (report.status === 'unready') throw new HttpException(report, HttpStatus.SERVICE_UNAVAILABLE);
    return report;
  }
}
