import { Controller, Get } from '@nestjs/common';
import { IngestStats } from './ingest-stats';

/** `GET /stats`: the counts of this process. */
@Controller('stats')
export class StatsController {
  constructor(private readonly stats: IngestStats) {}

  @Get()
  read() {
    return this.stats.shown;
  }
}
