import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ProjectionRunner } from '@syntropic/projections';
import { Background } from '@syntropic/service';

/** Keeps this worker's share of the read models level with the log. */
@Injectable()
export class ProjectionsTask implements OnModuleInit {
  constructor(
    private readonly background: Background,
    private readonly runner: ProjectionRunner,
  ) {}

  onModuleInit(): void {
    this.background.add('projections', (signal) => this.runner.run(signal));
  }
}
